"""Asking a server what it has: page by page, and believing only what can be true."""

from typing import Any

import pytest
from codextime_tracker.addresses import parse_server
from codextime_tracker.client import Client
from codextime_tracker.failures import ServerRefused, TokenRefused

from tests.peer import Peer, Reply
from tests.tracker.conftest import TOKEN, USER

ONE, TWO = "1" * 32, "2" * 32


def page(*ids: str, after: str | None = None, **changes: Any) -> Reply:
    rows = [{"id": each, "revision": 257, "is_withdrawn": False} for each in ids]
    return Reply(200, {"user": USER, "calls": rows, "next": after, **changes})


def listed(peer: Peer, source: str | None = None) -> list[str]:
    with Client(parse_server(peer.address), sleep=lambda seconds: None) as client:
        pages = client.list_calls(token=TOKEN, user_id=USER, source=source)
        return [call.id for each in pages for call in each.calls]


def test_every_page_is_asked_for_with_the_token_where_it_belongs(peer: Peer) -> None:
    peer.answers(page(ONE, after=ONE), page(TWO))

    assert listed(peer, source="5" * 32) == [ONE, TWO]
    assert [request.path.partition("?")[2] for request in peer.requests] == [
        f"source={'5' * 32}",
        f"after={ONE}&source={'5' * 32}",
    ]
    assert {request.headers["Authorization"] for request in peer.requests} == {f"Bearer {TOKEN}"}


def test_a_list_that_never_ends_is_given_up(peer: Peer) -> None:
    peer.answers(page(ONE, after=ONE))

    with pytest.raises(ServerRefused):
        listed(peer)

    assert len(peer.requests) == 2


def test_what_belongs_to_another_account_is_not_taken(peer: Peer) -> None:
    peer.answers(page(ONE, user="u_another"))

    with pytest.raises(TokenRefused, match="another account"):
        listed(peer)


@pytest.mark.parametrize(
    "wrong",
    [{"calls": [{"id": "x", "revision": 257, "is_withdrawn": False}]}, {"next": "soon"}, {"calls": None}],
)
def test_an_answer_of_another_shape_is_refused(peer: Peer, wrong: dict[str, Any]) -> None:
    peer.answers(page(ONE, **wrong))

    with pytest.raises(ServerRefused):
        listed(peer)
