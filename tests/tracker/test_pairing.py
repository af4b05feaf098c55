"""RFC 8628 from the machine's side, against a server on loopback that answers as told."""

from typing import Any
from urllib.parse import parse_qs

import pytest
from codextime_tracker import pairing
from codextime_tracker.addresses import parse_server
from codextime_tracker.client import Client, ServerRefused
from codextime_tracker.pairing import PairedWithAnother, PairingDenied, PairingExpired, pair

from tests.peer import Peer, Reply

USER = "u_7xk2m9qvt4bnrs"
CODE = {
    "device_code": "d" * 40,
    "user_code": "BCDF-GHJK",
    "verification_uri": "http://localhost/devices/pair",
    "verification_uri_complete": "http://localhost/devices/pair?code=BCDF-GHJK",
    "expires_in": 600,
    "interval": 5,
}
STARTED = Reply(200, CODE)
PENDING = Reply(400, {"error": "authorization_pending"})
APPROVED = Reply(200, {"access_token": "cxt_secret", "token_type": "Bearer", "user": USER})


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        return self.now


def paired(peer: Peer, time: Time | None = None, said: list[str] | None = None, *, opens_browser: bool = False) -> str:
    time = time or Time()
    says = (said if said is not None else []).append
    with Client(parse_server(peer.address), sleep=time.sleep, jitter=lambda: 0.5) as client:
        return pair(client, user_id=USER, say=says, opens_browser=opens_browser, sleep=time.sleep, clock=time.clock)


def test_the_token_comes_once_the_owner_approved(peer: Peer) -> None:
    peer.answers(STARTED, PENDING, APPROVED)
    time = Time()

    token = paired(peer, time)

    assert token == "cxt_secret"
    assert time.waits == [5, 5]
    start, poll, _ = (parse_qs(request.body.decode()) for request in peer.requests)
    assert start == {"client_id": ["codextime-tracker"], "user": [USER]}
    assert poll["device_code"] == ["d" * 40]


def test_the_code_and_the_link_are_shown_and_the_token_is_not(peer: Peer) -> None:
    peer.answers(STARTED, APPROVED)
    said: list[str] = []

    paired(peer, said=said)

    assert "BCDF-GHJK" in said[0]
    assert "http://localhost/devices/pair?code=BCDF-GHJK" in said[0]
    assert "10 minutes" in said[0]
    assert "cxt_" not in "".join(said)
    assert "d" * 40 not in "".join(said)


def test_slow_down_adds_five_seconds_for_good(peer: Peer) -> None:
    peer.answers(STARTED, Reply(400, {"error": "slow_down"}), PENDING, APPROVED)
    time = Time()

    paired(peer, time)

    assert time.waits == [5, 10, 10]


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (Reply(400, {"error": "access_denied"}), PairingDenied, "denied in the browser. Nothing was sent"),
        (Reply(400, {"error": "expired_token"}), PairingExpired, "Run the command again"),
        (Reply(400, {"error": "invalid_grant"}), PairingExpired, "Run the command again"),
        (Reply(200, {"access_token": "cxt_x", "user": "u_other"}), PairedWithAnother, "another account than u_7xk2"),
        (Reply(500, {}), Exception, "status 500"),
    ],
)
def test_what_ends_without_approval_says_what_to_do(peer: Peer, reply: Reply, error: type, words: str) -> None:
    peer.answers(STARTED, reply)

    with pytest.raises(error, match=words):
        paired(peer)


def test_a_code_that_nobody_approves_ends_with_its_life(peer: Peer) -> None:
    peer.answers(STARTED, PENDING)
    time = Time()

    with pytest.raises(PairingExpired):
        paired(peer, time)

    assert time.now == 600


def test_a_pairing_that_the_server_refuses_to_start_is_no_success(peer: Peer) -> None:
    peer.answers(Reply(400, {"error": "invalid_request", "title": "No such thing."}))

    with pytest.raises(ServerRefused, match="No such thing"):
        paired(peer)


@pytest.mark.parametrize(("link", "opened"), [("https://example.org/pair", 1), ("file:///etc/passwd", 0), ("x:y", 0)])
def test_only_web_pages_are_opened(peer: Peer, monkeypatch: pytest.MonkeyPatch, link: str, opened: int) -> None:
    pages: list[Any] = []
    monkeypatch.setattr(pairing.webbrowser, "open", pages.append)
    peer.answers(Reply(200, {**CODE, "verification_uri_complete": link}), APPROVED)

    paired(peer, opens_browser=True)

    assert len(pages) == opened
