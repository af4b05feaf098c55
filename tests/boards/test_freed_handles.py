"""A handle that somebody gave up is kept for them: nobody else gets it for 30 days, and they may take it back."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import transaction
from django.test import Client

from codextime.accounts.models import User
from codextime.boards.freed_handles import MOST_RESERVED, RESERVED_FOR, forget_freed_handles
from codextime.boards.models import FreedHandle, Listing
from codextime.boards.moderation import hide_account
from codextime.boards.services import HandleTaken, change_handle, join_board, leave_board
from codextime.dashboard.services import erase_account
from tests.at_once import run_at_once, start, wait_until, waiting_backends
from tests.conftest import make_person
from tests.tables import every_row

Freeing = Callable[[User, datetime], object]
WAYS: dict[str, Freeing] = {
    "left": lambda user, now: leave_board(user=user, now=now),
    "changed": lambda user, now: change_handle(user=user, handle="countess", now=now),
    "erased": lambda user, now: erase_account(user=user, now=now),
}
every_way = pytest.mark.parametrize("free", WAYS.values(), ids=WAYS)


@pytest.fixture
def listed(owner: User, now: datetime) -> User:
    join_board(user=owner, handle="ada", now=now)
    return owner


def can_have(user: User, handle: str, now: datetime) -> bool:
    try:
        with transaction.atomic():
            join_board(user=user, handle=handle, now=now)
            transaction.set_rollback(True)
    except HandleTaken:
        return False
    return True


@every_way
def test_nobody_else_gets_a_freed_handle_for_30_days(
    free: Freeing, listed: User, stranger: User, now: datetime
) -> None:
    free(listed, now)

    for handle in ("ada", "a-d-a"):
        assert not can_have(stranger, handle, now)
        assert not can_have(stranger, handle, now + RESERVED_FOR - timedelta(seconds=1))
        assert can_have(stranger, handle, now + RESERVED_FOR)


def test_its_former_owner_takes_it_back_at_any_time(listed: User, stranger: User, now: datetime) -> None:
    leave_board(user=listed, now=now)

    join_board(user=listed, handle="ada", now=now)

    assert FreedHandle.objects.count() == 0
    assert not can_have(stranger, "ada", now + 2 * RESERVED_FOR)


def test_who_changes_back_and_forth_keeps_both(listed: User, stranger: User, now: datetime) -> None:
    for handle in ("countess", "ada", "countess"):
        change_handle(user=listed, handle=handle, now=now)

    assert Listing.objects.get().handle == "countess"
    assert not can_have(stranger, "ada", now)


def test_another_spelling_of_the_same_handle_frees_nothing(listed: User, now: datetime) -> None:
    change_handle(user=listed, handle="a-d-a", now=now)

    assert FreedHandle.objects.count() == 0


def test_nobody_reserves_handles_by_trying_many(listed: User, stranger: User, now: datetime) -> None:
    names = [f"name-{letter}" for letter in "bcdefgh"]
    for minute, name in enumerate(names):
        change_handle(user=listed, handle=name, now=now + timedelta(minutes=minute))

    later = now + timedelta(hours=1)
    assert [can_have(stranger, name, later) for name in names] == [True] * (6 - MOST_RESERVED) + [False] * 4


def test_the_page_refuses_a_freed_handle_with_what_to_do(
    client: Client, listed: User, stranger: User, now: datetime
) -> None:
    owner = Client()
    owner.force_login(listed)
    assert owner.post("/settings/leaderboard/leave").status_code == 302
    client.force_login(stranger)

    answer = client.post("/settings/leaderboard/join", {"handle": "ada"})

    assert answer.status_code == 400
    assert "Choose another one." in answer.text
    assert owner.post("/settings/leaderboard/join", {"handle": "ada"}).status_code == 302


@every_way
def test_what_is_kept_names_neither_the_handle_nor_an_erased_owner(free: Freeing, listed: User, now: datetime) -> None:
    free(listed, now)

    [row] = (json.loads(row) for table, row in every_row() if table == "boards_freedhandle")
    assert set(row) == {"skeleton_hash", "user_id", "reserved_until"}
    assert "ada" not in row["skeleton_hash"]
    assert (row["user_id"] is None) == (not User.objects.filter(email="owner@example.org").exists())


def test_reservations_that_ended_are_forgotten(listed: User, now: datetime) -> None:
    leave_board(user=listed, now=now)

    forget_freed_handles(now=now + RESERVED_FOR - timedelta(seconds=1))
    assert FreedHandle.objects.count() == 1
    forget_freed_handles(now=now + RESERVED_FOR)
    assert FreedHandle.objects.count() == 0


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture
    def owner(self, transactional_db: None) -> User:
        return make_person("owner")

    @pytest.fixture
    def stranger(self, transactional_db: None) -> User:
        return make_person("stranger")

    @every_way
    def test_who_wants_a_handle_while_it_is_given_up_does_not_get_it(
        self, free: Freeing, listed: User, stranger: User, now: datetime
    ) -> None:
        with ThreadPoolExecutor() as pool:
            with transaction.atomic():
                free(listed, now)
                wanting = start(pool, partial(can_have, stranger, "ada", now))
                wait_until(lambda: waiting_backends() == 1)
            assert wanting.result() is False

    def test_two_who_swap_at_once_neither_wait_in_a_circle_nor_get_each_others(
        self, listed: User, stranger: User, now: datetime
    ) -> None:
        join_board(user=stranger, handle="bob", now=now)

        def change(user: User, handle: str) -> bool:
            try:
                change_handle(user=user, handle=handle, now=now)
            except HandleTaken:
                return False
            return True

        assert run_at_once(partial(change, listed, "bob"), partial(change, stranger, "ada")) == [False, False]

    def test_an_account_that_is_erased_while_it_is_hidden_makes_nobody_wait_in_a_circle(
        self, listed: User, stranger: User, now: datetime
    ) -> None:
        with ThreadPoolExecutor() as pool:
            with transaction.atomic():
                hide_account(user=listed, moderator=stranger, reason="Invented.", now=now)
                erasing = start(pool, partial(erase_account, user=User.objects.get(pk=listed.pk), now=now))
                wait_until(lambda: waiting_backends() == 1)
            erasing.result()

        assert list(User.objects.all()) == [stranger]

    def test_leaving_erasing_and_somebody_else_who_joins_at_once_come_to_an_end(
        self, listed: User, stranger: User, now: datetime
    ) -> None:
        """No error, and nobody waits in a circle, whoever is first."""

        ada, same, again = (User.objects.get(pk=listed.pk) for _ in range(3))  # each request has its own
        steps = [partial(leave_board, user=ada, now=now), partial(can_have, stranger, "ada", now)]
        run_at_once(*steps, partial(erase_account, user=same, now=now), partial(leave_board, user=again, now=now))

        assert Listing.objects.count() == 0
        assert FreedHandle.objects.filter(user=None).count() == 1
