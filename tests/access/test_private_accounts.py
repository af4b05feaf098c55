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
from tests.conftest import make_person
from tests.usage.burning import burn, call

# Whoever adds a public page adds what is asked of it here, if it takes anything.
BOARDS = [
    f"/leaderboard?period={period}&by={measure}"
    for period in ("today", "7d", "30d", "month", "all")
    for measure in ("tokens", "output_tokens", "active_days")
]
PUBLIC = sorted({row.path for row in ROWS if row.method == "GET" and row.anonymous != SIGN_IN and "{" not in row.path})
HANDLE, LABEL = "plainly-visible", "secret laptop"


def make_account(name: str, now: datetime) -> User:
    user = make_person(name)
    burn(user, call(now, model="custom"), label=f"{LABEL} of {name}")
    return user


def leave(user: User, now: datetime) -> None:
    leave_board(user=user, now=now)


def hide(user: User, now: datetime) -> None:
    hide_account(user=user, moderator=make_person("moderator"), reason="Invented.", now=now)


def switch_off(user: User, now: datetime) -> None:
    user.is_active = False
    user.save()


# What became of each account that was on the board once.
ENDED = {"it-left": leave, "was-hidden": hide, "is-switched-off": switch_off}


@pytest.fixture
def private(db: None, now: datetime) -> User:
    """Was never on the board."""
    return make_account("private", now)


@pytest.fixture
def listed(db: None, now: datetime) -> User:
    account = make_account("listed", now)
    join_board(user=account, handle=HANDLE, now=now)
    take_snapshot(now=now)
    return account


@pytest.fixture
def ended(listed: User, now: datetime) -> list[User]:
    """Each stood on the board, under its name as its handle, until this moment: no snapshot was taken since."""
    accounts = {name: make_account(name, now) for name in ENDED}
    for name, account in accounts.items():
        join_board(user=account, handle=name, now=now)
    take_snapshot(now=now)
    for name, account in accounts.items():
        ENDED[name](account, now)
    return list(accounts.values())


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


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_nothing_of_an_account_that_is_not_public_appears_and_of_one_on_the_board_its_handle_there(
    private: User, listed: User, ended: list[User], stranger: User, is_signed_in: bool
) -> None:
    cursors = [f".{number:x}" for number in Listing.objects.filter(user__in=ended).values_list("number", flat=True)]

    answers = answers_to(stranger if is_signed_in else None)

    assert {path for path, _ in names_in(answers, HANDLE)} == {"/leaderboard", *BOARDS}
    assert names_in(answers, *ENDED, *cursors) == []
    for account in (private, *ended, listed):
        assert names_in(answers, account.email, account.public_id, LABEL) == []


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
