"""Half of the users' rows are on another server. Run by `tests/scale/run`, which brings the second one."""

from collections import Counter
from datetime import datetime

import psycopg
import pytest
from django.db import connection
from django.test import Client

from codextime.accounts.models import User
from codextime.boards.models import DateScore
from codextime.boards.scoring import EVERY_LISTING, firsts_of_periods, sum_query
from codextime.boards.services import join_board
from codextime.boards.snapshots import take_snapshot
from codextime.devices.services import pair_own_device
from codextime.usage.models import Call, Day
from codextime.usage.services import check_totals, rebuild_dirty_dates
from tests.boards.people import board_of
from tests.conftest import make_person
from tests.ingest.uploads import call, envelope, post

PEOPLE = 24
HERE, THERE = "here", "there"
Person = tuple[User, str]  # with an upload token

pytestmark = pytest.mark.two_servers


@pytest.fixture
def people(transactional_db: None, now: datetime) -> list[Person]:
    people = [make_person(f"person-{number}") for number in range(PEOPLE)]
    return [(user, pair_own_device(user=user, name="Desk", now=now)[1]) for user in people]


def where_rows_are(url: str, table: str) -> Counter[str]:
    with psycopg.connect(url) as second:
        there = second.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return Counter({HERE: cursor.fetchone()[0] - there, THERE: there})


def test_calls_and_totals_of_users_lie_on_both_servers(
    second_server: str, client: Client, people: list[Person]
) -> None:
    for user, token in people:
        receipt = post(client, token, envelope(user, *(call(number) for number in range(1, 31)))).json()
        assert (receipt["added"], receipt["already_there"]) == (30, 0)
        rebuild_dirty_dates(user_id=user.pk)
    for table, rows in (("usage_call", 30 * PEOPLE), ("usage_slot", PEOPLE), ("usage_day", PEOPLE)):
        found = where_rows_are(second_server, table)
        assert found.total() == rows
        assert min(found[HERE], found[THERE]) > 0


def test_what_is_there_is_replaced_or_left_on_either_server(client: Client, people: list[Person]) -> None:
    for user, token in people:
        post(client, token, envelope(user, call(1, revision=1), call(2)))
        better = envelope(user, call(1, output_tokens=500), call(2), call(3), upload=2)
        receipt = post(client, token, better).json()
        assert (receipt["added"], receipt["replaced"], receipt["already_there"]) == (1, 1, 1)
        rebuild_dirty_dates(user_id=user.pk)
        assert sum(Day.objects.filter(user=user).values_list("output_tokens", flat=True)) == 700
        assert check_totals(user_id=user.pk) == []


def test_who_is_deleted_leaves_nothing_on_either_server(
    second_server: str, client: Client, people: list[Person]
) -> None:
    for user, token in people:
        post(client, token, envelope(user, call(1)))
        user.delete()
    assert where_rows_are(second_server, "usage_call").total() == Call.objects.count() == 0


def test_the_board_is_summed_on_each_server_and_ranks_both(
    second_server: str, client: Client, people: list[Person], now: datetime
) -> None:
    for number, (user, token) in enumerate(people):
        post(client, token, envelope(user, call(1, output_tokens=100 + number)))
        rebuild_dirty_dates(user_id=user.pk)
        join_board(user=user, handle=f"walker{number:02}", now=now)
    take_snapshot(now=now)
    assert [rank for rank, _, _ in board_of(client)] == [str(rank) for rank in range(1, PEOPLE + 1)]
    assert [handle for _, handle, _ in board_of(client)] == [f"walker{n:02}" for n in reversed(range(PEOPLE))]
    found = where_rows_are(second_server, "boards_datescore")
    assert found.total() == DateScore.objects.count() == PEOPLE
    assert min(found[HERE], found[THERE]) > 0


def test_the_second_server_is_asked_for_sums_and_not_for_rows(people: list[Person], now: datetime) -> None:
    built_in = sum_query(EVERY_LISTING).replace("sum_of_bigint", "sum")  # postgres_fdw sends no aggregate of ours
    with connection.cursor() as cursor:
        cursor.execute("SET enable_partitionwise_aggregate = on")
        cursor.execute(f"EXPLAIN (VERBOSE) {built_in}", firsts_of_periods(now.date()))
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Partial" not in plan
    assert "GROUP BY" in plan.split("Remote SQL:")[1]
