"""RFC 8628 from the machine's side, against a server on loopback that answers as told."""

from urllib.parse import parse_qs

import pytest
from codextime_tracker import pairing
from codextime_tracker.addresses import parse_server
from codextime_tracker.client import Client
from codextime_tracker.failures import ServerRefused
from codextime_tracker.pairing import PairedWithAnother, PairingDenied, PairingExpired, PairingPageElsewhere, pair

from tests.peer import Peer, Reply, Request

USER = "u_7xk2m9qvt4bnrs"
CODE = {
    "device_code": "d" * 40,
    "user_code": "BCDF-GHJK",
    "expires_in": 600,
    "interval": 5,
}
PAGE = "/devices/pair?code=BCDF-GHJK"
PENDING = Reply(400, {"error": "authorization_pending"})
APPROVED = Reply(200, {"access_token": "cxt_secret", "token_type": "Bearer", "user": USER})


def started(request: Request) -> Reply:
    page = {"verification_uri": f"{request.origin}/devices/pair", "verification_uri_complete": request.origin + PAGE}
    return Reply(200, {**CODE, **page})


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
    peer.answers(started, PENDING, APPROVED)
    time = Time()

    token = paired(peer, time)

    assert token == "cxt_secret"
    assert time.waits == [5, 5]
    start, poll, _ = (parse_qs(request.body.decode()) for request in peer.requests)
    assert start == {"client_id": ["codextime-tracker"], "user": [USER]}
    assert poll["device_code"] == ["d" * 40]


def test_the_code_and_the_link_are_shown_and_the_token_is_not(peer: Peer) -> None:
    peer.answers(started, APPROVED)
    said: list[str] = []

    paired(peer, said=said)

    assert "BCDF-GHJK" in said[0]
    assert peer.address + PAGE in said[0]
    assert "10 minutes" in said[0]
    assert "cxt_" not in "".join(said)
    assert "d" * 40 not in "".join(said)


def test_slow_down_adds_five_seconds_for_good(peer: Peer) -> None:
    peer.answers(started, Reply(400, {"error": "slow_down"}), PENDING, APPROVED)
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
        (Reply(200, {"user": USER}), ServerRefused, "does not answer like a Codextime server"),
        (Reply(200, {"user": USER, "access_token": "a\nb"}), ServerRefused, "does not answer like a Codextime server"),
        (Reply(200, {"user": USER, "access_token": "é"}), ServerRefused, "does not answer like a Codextime server"),
    ],
)
def test_what_ends_without_approval_says_what_to_do(peer: Peer, reply: Reply, error: type, words: str) -> None:
    peer.answers(started, reply)

    with pytest.raises(error, match=words):
        paired(peer)


def test_a_code_that_nobody_approves_ends_with_its_life(peer: Peer) -> None:
    peer.answers(started, PENDING)
    time = Time()

    with pytest.raises(PairingExpired):
        paired(peer, time)

    assert time.now == 600


def test_a_pairing_that_the_server_refuses_to_start_is_no_success(peer: Peer) -> None:
    peer.answers(Reply(400, {"error": "invalid_request", "title": "No such thing."}))

    with pytest.raises(ServerRefused, match="No such thing"):
        paired(peer)


def naming(link: str) -> Reply:
    """A server whose page for pairing is there."""
    return Reply(200, {**CODE, "verification_uri": link, "verification_uri_complete": ""})


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was opened in a browser."""
    opened: list[str] = []
    monkeypatch.setattr(pairing.webbrowser, "open", opened.append)
    return opened


def test_the_page_is_opened_where_there_is_a_browser(peer: Peer, pages: list[str]) -> None:
    peer.answers(started, APPROVED)

    paired(peer, opens_browser=True)

    assert pages == [peer.address + PAGE]


def test_this_machine_may_be_called_by_its_number_or_its_name(peer: Peer, pages: list[str]) -> None:
    link = peer.address.replace("localhost", "127.0.0.1") + PAGE
    peer.answers(naming(link), APPROVED)

    paired(peer, opens_browser=True)

    assert pages == [link]


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org/devices/pair",
        "http://localhost:{port}.example.org/",
        "http://localhost:{port}@example.org/",
        "http://example.org\\@localhost:{port}/",
        "http://me@localhost:{port}/",
        "https://localhost:{port}/",
        "http://localhost:1/devices/pair",
        "http://localhost:{port}/\x1b[2J",
        "http://local\thost:{port}/",
        "http://localhost:{port}/a b",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//localhost:{port}/",
        "http://[::1",
        "",
    ],
)
def test_a_page_that_is_not_the_servers_own_is_neither_shown_nor_opened(
    peer: Peer, pages: list[str], link: str
) -> None:
    peer.answers(naming(link.format(port=peer.address.rpartition(":")[2])), APPROVED)
    said: list[str] = []

    with pytest.raises(PairingPageElsewhere, match="not its own") as refused:
        paired(peer, said=said, opens_browser=True)

    assert (pages, said) == ([], [])
    assert str(refused.value).isprintable()
