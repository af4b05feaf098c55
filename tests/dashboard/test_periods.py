"""Which days a period shows, and what its address may say."""

import datetime
from urllib.parse import parse_qsl

import pytest
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.dashboard.choices import shortcuts
from codextime.dashboard.periods import Period, find_period
from codextime.dashboard.queries import OverviewQuery, read_query
from codextime.lib.reader import MONDAY, SUNDAY, Habits, read_by
from tests.usage.burning import burn, call

TODAY = datetime.date(2026, 11, 21)
FIRST_ACTIVE = datetime.date(2025, 9, 3)


def period(name: str, on: str | None = None) -> Period:
    return find_period(name, on and datetime.date.fromisoformat(on), today=TODAY, first_active=FIRST_ACTIVE)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "on", "first", "last", "title"),
    [
        ("today", None, "2026-11-21", "2026-11-21", "Today"),
        ("today", "2026-02-28", "2026-02-28", "2026-02-28", "28 Feb 2026"),
        ("7d", None, "2026-11-15", "2026-11-21", "Last 7 days"),
        ("30d", None, "2026-10-23", "2026-11-21", "Last 30 days"),
        ("30d", "2026-10-22", "2026-09-23", "2026-10-22", "30 days"),
        ("month", None, "2026-11-01", "2026-11-21", "November 2026"),
        ("month", "2026-02-10", "2026-02-01", "2026-02-28", "February 2026"),
        ("year", None, "2026-01-01", "2026-11-21", "2026"),
        ("year", "2025-12-31", "2025-01-01", "2025-12-31", "2025"),
        ("all", None, "2025-09-03", "2026-11-21", "All time"),
        ("7d", "2031-01-01", "2026-11-15", "2026-11-21", "Last 7 days"),
        ("today", "0001-01-01", "2025-01-01", "2025-01-01", "1 Jan 2025"),
    ],
)
def test_a_period_ends_on_or_contains_its_day(name: str, on: str | None, first: str, last: str, title: str) -> None:
    shown = period(name, on)

    assert (shown.first.isoformat(), shown.last.isoformat(), shown.title) == (first, last, title)


@pytest.mark.parametrize(
    ("name", "on", "dates"),
    [
        ("7d", None, "8 to 14 Nov 2026"),
        ("today", None, "Fri 20 Nov 2026"),
        ("month", None, "1 to 21 Oct 2026"),
        ("month", "2026-03-31", "1 to 28 Feb 2026"),  # February has no more
        ("year", None, "1 Jan to 21 Nov 2025"),
    ],
)
def test_a_period_is_compared_with_as_many_days_before_it(name: str, on: str | None, dates: str) -> None:
    before = period(name, on).before()

    assert before is not None
    assert before.dates == dates


def test_all_time_has_nothing_before_it() -> None:
    assert period("all").before() is None


@pytest.mark.parametrize("name", ["today", "7d", "30d", "month", "year"])
def test_going_back_and_forth_comes_back_to_the_same_days(name: str) -> None:
    shown = period(name)

    earlier = period(name, shown.day_before().isoformat())
    again = period(name, earlier.day_after().isoformat())

    assert earlier.last == shown.first - datetime.timedelta(days=1)
    assert (again.first, again.last) == (shown.first, shown.last)


@pytest.mark.parametrize(
    "parameters",
    [
        {"period": "fortnight", "on": "2026-02-30", "measure": "joy", "by": "hour"},
        {"period": "", "on": "", "measure": "", "by": ""},
        {"on": "9" * 5000},
        {"period": "30d\x00", "on": "२०२६-११-२१"},
    ],
)
def test_what_an_address_says_wrongly_means_the_default(parameters: dict[str, str]) -> None:
    assert read_query(parameters) == OverviewQuery()


def test_a_link_changes_one_thing_and_reads_back_the_same() -> None:
    query = OverviewQuery(period="year", on=datetime.date(2025, 3, 1), measure="calls", by="month")

    link = query.link(measure="value")

    assert link == "?period=year&on=2025-03-01&measure=value&by=month"
    assert OverviewQuery().link() == "?"


@pytest.mark.parametrize(
    ("today", "week_start", "spans"),
    [
        ("2026-11-21", MONDAY, "11-16 11-21, 11-09 11-15, 10-01 10-31, 08-24 11-21"),
        ("2026-11-21", SUNDAY, "11-15 11-21, 11-08 11-14, 10-01 10-31, 08-24 11-21"),
        ("2026-03-02", MONDAY, "03-02 03-02, 02-23 03-01, 02-01 02-28, 12-03 03-02"),
    ],
)
def test_dates_by_name_are_those_of_the_readers_weeks(today: str, week_start: int, spans: str) -> None:
    query = OverviewQuery(measure="value", on=datetime.date(2026, 1, 1), by="month")
    with read_by(lambda: Habits(week_start=week_start)):
        named = shortcuts(query, today=datetime.date.fromisoformat(today))

    asked = [read_query(dict(parse_qsl(choice.link.partition("?")[2]))) for choice in named]
    assert ", ".join(f"{one.first:%m-%d} {one.last:%m-%d}" for one in asked) == spans
    assert {(one.period, one.measure, one.by) for one in asked} == {("custom", "value", None)}
    assert [choice.name for choice in named if choice.is_chosen] == []


def test_dates_by_name_that_are_shown_are_marked(client: Client, owner: User) -> None:
    today = timezone.now().date()
    burn(owner, call(timezone.now()))
    client.force_login(owner)
    for choice in shortcuts(OverviewQuery(), today=today):
        page = client.get(f"/dashboard{choice.link}")

        assert page.status_code == 200
        assert f'aria-current="true">{choice.name}</a>' in page.text
