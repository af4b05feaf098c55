"""The one predicate: what a private account has appears on no public route, whoever asks, and an account on the
leaderboard shows its handle and nothing else."""

from datetime import datetime

import pytest
from django.test import Client

from codextime.accounts.models import User
from codextime.boards.models import Listing
from codextime.boards.moderation import hide_account
from codextime.boards.services import join_board, leave_board
from codextime.boards.snapshots import take_snapshot
from tests.access.table import ROWS, SIGN_IN
from tests.access.test_every_url import client_of
from tests.usage.burning import burn, call

# Whoever adds a public page adds what is asked of it here, if it takes anything.
BOARDS = [
    f"/leaderboard?period={period}&by={measure}"
    for period in ("today", "7d", "30d", "month", "all")
    for measure in ("tokens", "output_tokens", "active_days")
]
PUBLIC = sorted({row.path for row in ROWS if row.method == "GET" and row.anonymous != SIGN_IN and "{" not in row.path})
HANDLE, LABEL = "plainly-visible", "secret laptop"


@pytest.fixture
def private(owner: User, now: datetime) -> User:
    burn(owner, call(now, model="custom"), label=LABEL)
    take_snapshot(now=now)
    return owner


@pytest.fixture
def left(private: User, now: datetime) -> User:
    join_board(user=private, handle=HANDLE, now=now)
    take_snapshot(now=now)
    leave_board(user=private, now=now)
    return private


@pytest.fixture
def hidden(private: User, stranger: User, now: datetime) -> User:
    join_board(user=private, handle=HANDLE, now=now)
    take_snapshot(now=now)
    hide_account(user=private, moderator=stranger, reason="Invented.", now=now)
    return private


@pytest.fixture
def switched_off(private: User, now: datetime) -> User:
    join_board(user=private, handle=HANDLE, now=now)
    take_snapshot(now=now)
    private.is_active = False
    private.save()
    return private


def answers_to(viewer: User | None) -> list[tuple[str, str]]:
    """Each public address, with the body and the headers of its answer."""
    client: Client = client_of(viewer)
    found = []
    for path in (*PUBLIC, *BOARDS):
        answer = client.get(path)
        assert answer.status_code < 500 or path == "/readyz", path  # which says that no worker runs here
        found.append((path, f"{answer.headers}\n{b''.join(answer)!r}"))
    return found


def names_in(answers: list[tuple[str, str]], *names: str) -> list[tuple[str, str]]:
    return [(path, name) for path, text in answers for name in names if name in text]


@pytest.mark.parametrize("kind", ["private", "left", "hidden", "switched_off"])
def test_nothing_of_an_account_that_is_not_public_appears_anywhere(
    kind: str, stranger: User, request: pytest.FixtureRequest
) -> None:
    account: User = request.getfixturevalue(kind)
    cursors = [f".{number:x}" for number in Listing.objects.filter(user=account).values_list("number", flat=True)]

    for viewer in (None, stranger):
        assert names_in(answers_to(viewer), HANDLE, account.email, account.public_id, LABEL, *cursors) == []


def test_an_account_on_the_board_shows_its_handle_there_and_nothing_else(
    private: User, stranger: User, now: datetime
) -> None:
    join_board(user=private, handle=HANDLE, now=now)
    take_snapshot(now=now)

    for viewer in (None, stranger):
        answers = answers_to(viewer)
        assert {path for path, _ in names_in(answers, HANDLE)} == {"/leaderboard", *BOARDS}
        assert names_in(answers, private.email, private.public_id, LABEL) == []


def test_owners_find_themselves_in_the_frame_of_pages_and_on_boards_that_they_joined(
    private: User, now: datetime
) -> None:
    """Signed in, one's own address stands in the menu, and nowhere else on a public page."""
    alone = answers_to(private)
    join_board(user=private, handle=HANDLE, now=now)
    take_snapshot(now=now)
    listed = answers_to(private)

    assert names_in(alone, HANDLE, LABEL) == []
    assert {path for path, _ in names_in(listed, HANDLE, LABEL)} == {"/leaderboard", *BOARDS}
    for path, text in (*alone, *listed):
        assert text.count(private.email) <= 1, path
