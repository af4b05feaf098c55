"""The public board: who sees what, page by page, and what nonsense gets."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from codextime.accounts.models import User
from codextime.boards import reading
from codextime.boards.models import Listing
from codextime.boards.services import join_board, leave_board
from codextime.boards.snapshots import take_snapshot
from tests.at_once import run_at_once
from tests.boards.people import board_of, make_listed
from tests.conftest import make_person
from tests.usage.burning import burn, call


def list_people(number: int, now: datetime) -> None:
    """person-0 burned most; each two tie."""
    for place in range(number):
        user = make_person(f"p{place}")
        join_board(user=user, handle=f"person-{place}", now=now)
        burn(user, call(now, tokens=(1000 * (number - place // 2), 0, 0, 100, 0)))
    take_snapshot(now=now)


@pytest.mark.django_db
def test_an_empty_board_says_so(client: Client) -> None:
    answer = client.get("/leaderboard")

    assert answer.status_code == 200
    assert "Nobody ranks here yet" in answer.text
    assert "UTC" in answer.text
    assert answer["Cache-Control"].startswith("max-age=0, no-cache")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("period=yesterday", 404),
        ("period=", 404),
        ("by=calls", 404),
        ("by=tokens%00", 404),
        ("by=tokens;drop", 404),
        ("after=", 400),
        ("after=12", 400),
        ("after=-1.1", 400),
        ("after=1.g", 400),
        ("after=9999999999999999999.1", 400),
        ("after=1.ffffffffffffffff", 400),
        ("after=1.1%0a", 400),
        ("after=%D9%A1.1", 400),
        ("after=0.0", 200),
        ("handle=nobody&unknown=1", 200),
    ],
)
@pytest.mark.django_db
def test_nonsense_in_the_address_gets_a_plain_page(client: Client, query: str, status: int) -> None:
    answer = client.get(f"/leaderboard?{query}")

    assert answer.status_code == status
    assert "not affiliated with OpenAI" in answer.text


@pytest.mark.django_db
def test_pages_follow_each_other_without_gap_or_repetition(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE_SIZE", 3)
    list_people(10, now)
    rows, address = [], "/leaderboard"

    while True:
        rows += board_of(Client(), address)
        following = Client().get(address).text.partition('rel="next" href="')[2].partition('"')[0]
        if not following:
            break
        address = "/leaderboard" + following.replace("&amp;", "&")

    assert [int(rank) for rank, _, _ in rows] == [1, 1, 3, 3, 5, 5, 7, 7, 9, 9]
    assert sorted(handle for _, handle, _ in rows) == [f"person-{place}" for place in range(10)]


@pytest.mark.django_db
def test_ones_own_row_and_the_gap_are_there_on_every_page(
    client: Client, owner: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE_SIZE", 2)
    list_people(6, now)
    make_listed(owner, "ada", [call(now, tokens=(500, 0, 0, 0, 0))], now=now)
    client.force_login(owner)

    text = client.get("/leaderboard").text

    assert "ada" not in [handle for _, handle, _ in board_of(client)]
    assert "<strong>7</strong>" in text
    assert "of 7 · 3,600 tokens to rank 5" in text.replace("\u00a0", " ")
    assert 'class="own"' in client.get("/leaderboard?after=600.7fffffffffffffff").text


def test_who_is_further_down_gets_to_their_row_in_one_step_and_back_page_by_page(
    client: Client, owner: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE_SIZE", 4)
    list_people(12, now)
    make_listed(owner, "ada", [call(now, tokens=(500, 0, 0, 0, 0))], now=now)
    client.force_login(owner)

    place = follow(client, "/leaderboard", r'href="(\?after=[^"]*)#you"')
    above = follow(client, place, r'rel="prev" href="([^"]*)"')

    assert [rank for rank, _, _ in board_of(client, place)] == ["11", "11", "13"]
    assert '<tr class="own" id="you"' in client.get(place).text
    assert "#you" not in client.get(place).text
    assert [rank for rank, _, _ in board_of(client, above)] == ["7", "7", "9", "9"]
    assert "#you" not in Client().get("/leaderboard").text


def follow(client: Client, address: str, link: str) -> str:
    [found] = re.findall(link, client.get(address).text)
    return "/leaderboard" + unescape(found)


def test_the_row_of_a_hidden_account_begins_no_page(
    client: Client, owner: User, stranger: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its number must be in no address."""
    monkeypatch.setattr(reading, "PAGE_SIZE", 2)
    list_people(6, now)
    make_listed(owner, "ada", [call(now, tokens=(500, 0, 0, 0, 0))], now=now)
    client.force_login(owner)
    [(_, handle, _), *_] = board_of(client, follow(client, "/leaderboard", r'href="(\?after=[^"]*)#you"'))
    person = Listing.objects.get(handle=handle)
    User.objects.filter(pk=person.user_id).update(is_active=False)  # leaves the score, as a snapshot under way may

    assert f".{person.number:x}" not in client.get("/leaderboard").text
    assert handle not in client.get("/leaderboard?after=2000.1").text


@pytest.mark.django_db(transaction=True)
def test_a_page_shows_one_state_though_the_board_changes_while_it_is_read(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_people(3, now)
    read_rows = reading.read_rows

    def leave_after_reading(*arguments: Any) -> list[reading.Row]:
        rows = read_rows(*arguments)
        run_at_once(lambda: leave_board(user=User.objects.get(email="p0@example.org"), now=now))
        return rows

    monkeypatch.setattr(reading, "read_rows", leave_after_reading)
    text = Client().get("/leaderboard").text.replace("\u00a0", " ")
    assert "person-0" in text
    assert "3 ranked" in text

    monkeypatch.undo()
    text = Client().get("/leaderboard").text.replace("\u00a0", " ")
    assert "person-0" not in text
    assert "2 ranked" in text


def test_a_board_that_is_not_of_today_says_of_when_it_is(client: Client, owner: User) -> None:
    make_listed(owner, "ada", [call("2026-01-05T12:00+00:00")], now=datetime(2026, 1, 5, 13, 30, 5, tzinfo=UTC))

    text = client.get("/leaderboard").text

    assert ">5 Jan 2026, 13:30:05 UTC</time>" in text


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""),
        ("?period=30d&by=tokens&utm_source=elsewhere", ""),
        ("?after=5.5", ""),
        ("?by=output_tokens&period=7d&after=5.5", "?period=7d&amp;by=output_tokens"),
        ("?by=active_days", "?by=active_days"),
    ],
)
@pytest.mark.django_db
def test_each_board_has_one_address_and_says_what_it_is(client: Client, query: str, canonical: str) -> None:
    html = client.get(f"/leaderboard{query}").text

    address = f"http://localhost:8000/leaderboard{canonical}"
    assert f'<link rel="canonical" href="{address}">' in html
    assert f'<meta property="og:url" content="{address}">' in html
    title = re.findall(r'<meta property="og:title" content="([^"]*)">', html)
    assert f"<title>{title[0]} · Codextime</title>" in html
    assert "noindex" not in html


def test_the_overview_shows_the_rank_of_who_is_listed_only(client: Client, owner: User, now: datetime) -> None:
    client.force_login(owner)
    burn(owner, call(now))
    take_snapshot(now=now)
    assert "Your rank" not in client.get("/dashboard").text

    join_board(user=owner, handle="ada", now=now)
    take_snapshot(now=now)

    text = client.get("/dashboard?period=all").text
    assert "Your rank" in text
    assert "of 1 · nobody is above" in text


def test_one_row_and_many_rows_cost_the_same_number_of_queries(client: Client, owner: User, now: datetime) -> None:
    def count(address: str = "/leaderboard") -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    client.force_login(owner)
    make_listed(owner, "ada", [call(now)], now=now)
    make_listed(make_person("bob"), "bob", [call(now), call(now - timedelta(days=1))], now=now)
    few = count()

    list_people(8, now)

    assert count() == few
