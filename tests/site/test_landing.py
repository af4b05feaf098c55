"""What a stranger finds at the home address, and that the example adds up."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from codextime.accounts.models import User
from codextime.dashboard.overview import Overview
from codextime.dashboard.queries import OverviewQuery
from codextime.site.example import get_example
from codextime.site.landing import get_start

POLICIES = {
    "open": ("/accounts/signup/", "pipx run codextime-tracker u_yourid --server http://localhost:8000"),
    "invitation": ("/accounts/login/", "pipx run codextime-tracker u_yourid --server http://localhost:8000"),
    "closed": ("/accounts/login/", "make up"),
}


def example(now: datetime, period: str = "30d") -> Overview:
    return get_example(query=OverviewQuery(period=period), now=now)


@pytest.mark.django_db
def test_who_is_signed_in_finds_their_own_overview(client: Client, owner: User) -> None:
    client.force_login(owner)

    answer = client.get("/")

    assert (answer.status_code, answer["Location"]) == (302, "/dashboard")
    assert "private" in answer["Cache-Control"]


@pytest.mark.parametrize("policy", POLICIES)
def test_the_way_to_begin_is_the_one_that_this_server_allows(policy: str, settings: Settings) -> None:
    settings.SIGN_UP = policy

    start = get_start()

    assert (start.link, start.steps[0].command) == POLICIES[policy]


def test_a_local_server_says_how_to_get_a_link_and_shows_nothing_of_its_folders(settings: Settings) -> None:
    settings.IS_LOCAL, settings.TRACKER_COMMAND = True, "pipx run --spec /home/ada/uploader codextime-tracker"
    settings.SIGN_UP = "closed"

    commands = [step.command for step in get_start().steps]

    assert commands == ["make up", "make login-link"]


@pytest.mark.django_db
def test_a_stranger_costs_no_query(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert client.get("/").status_code == 200
        assert client.get("/example?period=today").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/example"])
def test_the_example_says_that_it_is_one_and_that_its_figures_are_invented(path: str, client: Client) -> None:
    html = client.get(path).text.lower()

    assert "example" in html
    assert "invented" in html


@pytest.mark.django_db
def test_every_switch_and_day_of_the_example_leads_to_the_example(client: Client) -> None:
    links = set(re.findall(r'href="([^"]*\?[^"]*)"', client.get("/").text))

    assert len(links) > 200
    assert all(link.startswith("/example?") for link in links)
    for link in sorted(links)[::40]:
        assert client.get(link.replace("&amp;", "&")).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["period=century", "on=9999-12-31", "on=0001-01-01&period=7d", "by=%00"])
def test_an_address_that_makes_no_sense_shows_the_example_all_the_same(client: Client, asked: str) -> None:
    assert client.get(f"/example?{asked}").status_code == 200


def test_the_example_is_the_same_for_everybody_within_an_hour(now: datetime) -> None:
    assert example(now) is example(now + timedelta(minutes=59))


def test_figures_of_a_day_that_is_over_stay_as_they_are(now: datetime) -> None:
    before, after = (
        {row.on: row.sum.exact_tokens for row in example(at).heatmap.days} for at in (now, now + timedelta(days=1))
    )

    changed = [on for on, tokens in before.items() if after.get(on) != tokens]
    assert changed == ["Fri 20 Nov 2026"]


@pytest.mark.parametrize("period", ["7d", "30d", "all"])
def test_its_charts_add_up_to_its_total(now: datetime, period: str) -> None:
    page = example(now, period)

    total = page.now.tokens.total
    assert sum(share.sum.tokens.total for share in page.models) == total
    assert sum(share.sum.tokens.total for share in page.labels) == total
    assert sum(row.tokens.total for _, row in page.timeline.rows) == total
    assert sum(int(cell.replace(",", "")) for _, cells in page.punch_card.table for cell in cells) == total


def test_the_hours_of_its_today_add_up_and_none_is_in_the_future(now: datetime) -> None:
    page = example(now, "today")

    assert page.now.calls > 0
    assert sum(row.tokens.total for _, row in page.timeline.rows) == page.now.tokens.total
    assert max(name for name, _ in page.timeline.rows) < "Fri 20 Nov 2026, 12:00"
