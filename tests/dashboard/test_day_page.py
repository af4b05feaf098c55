"""The page of a day: its hours in the user's zone, its neighbours, and what is no day of anybody's."""

import datetime
import re
import uuid
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from codextime.accounts.models import User
from codextime.dashboard.day import DayPage
from codextime.dashboard.day_queries import DayQuery
from codextime.dashboard.hours import spans_of
from codextime.dashboard.selectors import get_day
from tests.usage.burning import burn, call

NOW = datetime.datetime(2026, 11, 21, 10, 0, tzinfo=datetime.UTC)
FRIDAY = datetime.date(2026, 11, 20)


def day(user: User, on: datetime.date = FRIDAY, **asked: str) -> DayPage:
    return get_day(user=user, on=on, query=DayQuery(**asked), now=NOW)


def shown(page: DayPage) -> dict[str, str]:
    return {figure.label: figure.value.replace("\u00a0", " ") for figure in (*page.figures, *page.details)}


def test_a_day_is_that_of_the_users_zone_hour_by_hour(owner: User) -> None:
    owner.time_zone = "Asia/Kathmandu"  # 5:45 before UTC
    owner.save()
    burn(owner, *(call(f"2026-11-{at}+00:00") for at in ("19T18:14", "19T18:15", "20T03:14", "20T18:14", "20T18:15")))

    page = day(owner)

    assert [(name, sum_.calls) for name, sum_ in page.timeline.rows] == [
        ("23:00 to 00:00", 1),
        ("08:00 to 09:00", 1),
        ("00:00 to 01:00", 1),
    ]
    assert (page.now.calls, shown(page)["Active hours"]) == (3, "3 / 24")


@pytest.mark.parametrize(
    ("zone", "on", "hours", "says"),
    [
        ("Europe/Berlin", "2026-10-25", 25, "25 hours, as clocks went back"),
        ("Europe/Berlin", "2026-03-29", 23, "23 hours, as clocks went forward"),
        ("Australia/Lord_Howe", "2026-04-05", 25, "24.5 hours, as clocks went back"),
        ("Africa/Cairo", "2026-04-24", 23, "23 hours, as clocks went forward"),  # without a midnight
        ("Asia/Kathmandu", "2026-10-25", 24, ""),
    ],
)
def test_a_day_on_which_clocks_change_has_the_hours_that_it_has(
    owner: User, zone: str, on: str, hours: int, says: str
) -> None:
    owner.time_zone = zone
    owner.save()
    moments = sorted(spans_of(datetime.date.fromisoformat(on), ZoneInfo(zone), by="quarter"))
    burn(owner, *(call(moment) for moment in moments))

    page = day(owner, datetime.date.fromisoformat(on))

    assert len(page.timeline.bars.bars) == hours
    assert len(day(owner, datetime.date.fromisoformat(on), by="quarter").timeline.bars.bars) == len(moments)
    assert page.now.calls == len(moments) == sum(sum_.calls for _, sum_ in page.timeline.rows)
    assert page.clocks == says


def test_the_hour_that_comes_twice_says_so(owner: User) -> None:
    owner.time_zone = "Europe/Berlin"
    owner.save()
    burn(owner, call("2026-10-25T00:30+00:00"), call("2026-10-25T01:30+00:00"))

    page = day(owner, datetime.date(2026, 10, 25))

    assert [name for name, _ in page.timeline.rows] == ["02:00 to 03:00, the second time", "02:00 to 02:00"]


def test_changes_of_a_day_are_against_the_day_before(owner: User) -> None:
    burn(owner, call("2026-11-19T12:00+00:00"), call("2026-11-20T12:00+00:00"), call("2026-11-20T13:00+00:00"))

    page = day(owner)

    assert {figure.label: figure.note for figure in page.figures}["Calls"] == "+100\u00a0%"
    assert page.comparison == "changes against Thu 19 Nov 2026"


def test_a_day_links_to_its_neighbours_and_to_the_nearest_days_with_calls(owner: User) -> None:
    burn(owner, call("2026-11-02T12:00+00:00"), call("2026-11-12T12:00+00:00"), call("2026-11-20T12:00+00:00"))

    page = day(owner, datetime.date(2026, 11, 12))

    links = [page.earlier, page.later, page.active_before, page.active_after]
    assert [link and link.link for link in links] == [
        "/days/2026-11-11",
        "/days/2026-11-13",
        "/days/2026-11-02",
        "/days/2026-11-20",
    ]
    assert page.calls_link == "/calls?from=2026-11-12&to=2026-11-12"
    assert day(owner, NOW.date()).later is None
    assert day(owner, datetime.date(2025, 1, 1)).earlier is None


def test_a_day_can_be_stacked_by_label_and_narrowed_to_one(owner: User) -> None:
    burn(owner, call("2026-11-20T12:00+00:00", tokens=(300, 0, 0, 0, 0)), label="desk")
    burn(owner, call("2026-11-20T12:00+00:00", tokens=(50, 0, 0, 0, 0)), label="train", source=uuid.uuid4())

    page = day(owner, stack="label", only="train")

    assert [(entry.name, entry.is_chosen) for entry in page.timeline.legend] == [("desk", False), ("train", True)]
    assert [sum_.tokens.total for _, sum_ in page.timeline.rows] == [50]
    assert page.now.tokens.total == 350


@pytest.mark.parametrize(
    "path", ["/days/2026-02-30", "/days/2024-12-31", "/days/9999-12-31", "/days/today", "/days/2025-1-1"]
)
def test_what_is_no_day_of_anybody_is_not_found(client: Client, owner: User, path: str) -> None:
    client.force_login(owner)

    answer = client.get(path)

    assert answer.status_code == 404
    assert "Codextime" in answer.text


def test_a_day_without_calls_says_so_and_where_the_nearest_are(client: Client, owner: User) -> None:
    client.force_login(owner)
    burn(owner, call("2025-10-01T12:00+00:00"))

    page = client.get("/days/2025-10-05").text

    assert "Nothing used on this day" in page
    assert "/days/2025-10-01" in page
    assert "figure-value" not in page


def test_nobody_sees_anothers_day(client: Client, owner: User, stranger: User) -> None:
    burn(owner, call("2025-10-01T12:00+00:00", tokens=(11_111, 0, 0, 0, 0)), label="owner's laptop")
    client.force_login(stranger)

    page = client.get("/days/2025-10-01").text

    assert "11,111" not in page
    assert "laptop" not in page


def test_more_rows_do_not_cost_more_queries(
    client: Client, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(owner)
    burn(owner, call("2025-10-01T12:00+00:00"))
    with django_assert_max_num_queries(12) as one_row:
        client.get("/days/2025-10-01")
    for hour in range(1, 24):
        burn(owner, call(f"2025-10-01T{hour:02}:00+00:00", f"gpt-5.{hour}"), label=f"{hour}", source=uuid.uuid4())

    with django_assert_max_num_queries(12) as many_rows:
        client.get("/days/2025-10-01?stack=label")

    assert len(many_rows) == len(one_row)


def test_every_link_within_a_day_leads_to_a_page_and_nonsense_means_the_default(client: Client, owner: User) -> None:
    client.force_login(owner)
    burn(owner, call("2025-10-01T12:00+00:00"), call("2025-10-01T12:00+00:00", "o3"))

    page = client.get("/days/2025-10-01?by=quarter&only=o3").text

    links = set(re.findall(r'href="(\?[^"#]*)', page))
    assert "?by=quarter&amp;stack=label" in links
    for link in links:
        assert client.get("/days/2025-10-01" + link.replace("&amp;", "&")).status_code == 200
    assert client.get("/days/2025-10-01?by=joy&stack=%00&only=" + "x" * 999).status_code == 200
