"""The list of calls as its owner sees it."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from codextime.accounts.models import User
from codextime.accounts.services import start_session_grouping
from codextime.dashboard import periods
from codextime.dashboard.calls import views
from codextime.dashboard.calls.question import Question
from codextime.lib.rate_limits import RateLimit
from codextime.usage.models import Call
from codextime.usage.services import rebuild_dirty_dates
from codextime.usage.thread_names import name_thread
from codextime.usage.threads import rename_thread
from tests.dashboard.calls.people import fill, rename, right_answer
from tests.dashboard.threads import group, in_thread, thread_of
from tests.usage.readings import NOW, reading, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def body(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def test_a_line_says_when_which_and_how_many(signed_in: Client, owner: User) -> None:
    owner.time_zone = "Europe/Berlin"
    owner.save()
    store(owner, reading(1, revision=2, input_tokens=300_000))
    rename(owner, 1, "Desk")
    rebuild_dirty_dates(user_id=owner.pk)

    page = signed_in.get("/calls").text

    for words in (
        "19 Nov 2026, 11:07:00",
        "gpt-5.1-codex",
        "Desk",
        "300,000",
        "600",
        "300,050",
        "count estimated",
        "long",
    ):
        assert words in page
    assert "1\N{NO-BREAK SPACE}call" in page or "1 call" in page
    assert f'href="/calls/{1:032x}"' in page


def test_filters_order_and_place_stand_in_the_address(signed_in: Client, owner: User) -> None:
    fill(owner)
    rebuild_dirty_dates(user_id=owner.pk)

    first = signed_in.get("/calls?counts=exact&sort=-tokens").text
    link = link_to("next", first)
    second = signed_in.get(link).text

    expected = right_answer(owner, Question(counts="exact", sort="-tokens"))
    assert ids_in(first) == expected[:50]
    assert ids_in(second) == expected[50:100]
    assert "counts=exact" in link
    assert "sort=-tokens" in link


@pytest.mark.parametrize("query", ["", "?sort=tokens", "?counts=exact&sort=-model", "?sort=thread&counts=exact"])
def test_one_pages_back_as_one_came(signed_in: Client, owner: User, query: str) -> None:
    start_session_grouping(user=owner, now=NOW)
    fill(owner)
    rebuild_dirty_dates(user_id=owner.pk)
    there = [signed_in.get(f"/calls{query}").text]
    while link := link_to("next", there[-1]):
        there.append(signed_in.get(link).text)

    back = [there[-1]]
    while link := link_to("prev", back[-1]):
        back.append(signed_in.get(link).text)

    assert len(there) > 1
    assert [ids_in(page) for page in reversed(back)] == [ids_in(page) for page in there]
    assert "First page" in back[-2]
    assert "First page" not in back[-1]


def test_calls_that_came_meanwhile_stand_on_a_page_before_the_first(signed_in: Client, owner: User) -> None:
    numbers = range(1, 61)
    store(owner, *(reading(n, at=NOW - timedelta(hours=n)) for n in numbers))
    following = link_to("next", signed_in.get("/calls").text)
    with CaptureQueriesContext(connection) as forth:
        second = signed_in.get(following).text
    store(owner, reading(99, at=NOW))

    with CaptureQueriesContext(connection) as back:
        first = signed_in.get(link_to("prev", second)).text
    newest = signed_in.get(link_to("prev", first)).text

    assert ids_in(first) == [f"{n:032x}" for n in numbers[:50]]
    assert ids_in(newest) == [f"{99:032x}"]
    assert len(back) == len(forth)
    assert ids_in(signed_in.get(link_to("next", newest)).text) == ids_in(first)
    assert "That was the first call" in signed_in.get(f"/calls?before=9999999999999999.{0:032x}").text


def link_to(relation: str, page: str) -> str:
    """Of the pages of the list; empty if there is no such page."""
    return unescape(page.partition(f'rel="{relation}" href="')[2].partition('"')[0])


def test_the_switch_has_the_periods_of_all_other_pages(signed_in: Client, owner: User) -> None:
    store(owner, reading(1))
    page = signed_in.get("/calls").context["page"]

    assert [link.name for link in page.presets] == list(periods.NAMES.values())
    assert [link.name for link in page.presets if link.is_chosen] == ["All"]
    year = signed_in.get(page.presets[-2].link).context["page"]
    assert [link.name for link in year.presets if link.is_chosen] == ["Year"]
    assert year.question.first == date(year.question.last.year, 1, 1)


def ids_in(page: str) -> list[str]:
    return [part[:32] for part in page.split('call-at"><a href="/calls/')[1:]]


def test_what_a_form_leaves_empty_does_not_stay_in_the_address(signed_in: Client) -> None:
    answer = signed_in.get("/calls?from=&to=&model=o3&label=&sort=-at&least=20,000")

    assert answer.status_code == 302
    assert answer["Location"] == "/calls?model=o3&least=20000"
    assert signed_in.get("/calls?sort=-at")["Location"] == "/calls"


@pytest.mark.parametrize(
    "query",
    [
        *("from=yesterday", "from=2026-02-30", "from=1066-10-14", "from=2026-11-02&to=2026-11-01", "model=a%00b"),
        *("price=cheap", "long=maybe", "counts=1", "least=-1", "least=1e5", "least=5&most=4", "thread=x", "sort=size"),
        *("after=1", f"after=1.{1:032x}.5", f"sort=tokens&after=1.{1:032x}", "colour=red", "most=99999999999999999999"),
        *("before=1", f"before=1.{1:032x}.5", f"after=1.{1:032x}&before=2.{2:032x}"),
    ],
)
def test_nonsense_is_refused_on_a_page_that_names_it(signed_in: Client, query: str) -> None:
    for path in ("/calls", "/calls/calls.csv", "/calls/calls.json"):
        answer = signed_in.get(f"{path}?{query}")

        assert answer.status_code == 400
        assert "That list could not be read" in answer.text


def test_what_made_no_sense_is_named_as_its_field_is_and_the_rest_of_the_list_is_a_click_away(
    signed_in: Client,
) -> None:
    page = signed_in.get("/calls?model=o3&least=many&label=a%26b&sort=-at").text
    assert "“Tokens, at least” is not something" in page
    assert 'href="/calls?model=o3&amp;label=a%26b&amp;sort=-at"' in page

    page = signed_in.get("/calls?from=2026-11-02&to=2026-11-01").text
    assert "“To, included” lies before the beginning of its range" in page
    assert 'href="/calls?from=2026-11-02"' in page
    assert "Show the list without it" not in signed_in.get("/calls?colour=red").text


def test_the_states_of_the_list_are_told_apart(signed_in: Client, owner: User) -> None:
    assert "No calls yet" in signed_in.get("/calls").text
    store(owner, reading(1, model="custom"))

    page = signed_in.get("/calls").text

    assert "unpriced" in page
    assert "No call is like that" in signed_in.get("/calls?model=o3").text
    assert "That was the last call" in signed_in.get(f"/calls?after=1.{0:032x}").text


def test_a_page_costs_as_many_queries_with_one_line_as_with_many(signed_in: Client, owner: User) -> None:
    for query in ("", "?model=gpt-5.1-codex", "?sort=estimate"):
        store(owner, reading(1))
        rebuild_dirty_dates(user_id=owner.pk)
        with CaptureQueriesContext(connection) as one:
            signed_in.get(f"/calls{query}")
        store(owner, *(reading(number) for number in range(2, 26)))
        rebuild_dirty_dates(user_id=owner.pk)
        with CaptureQueriesContext(connection) as many:
            assert len(ids_in(signed_in.get(f"/calls{query}").text)) == 25

        assert len(one) == len(many) <= 12
        Call.objects.filter(user=owner).delete()


def test_a_page_is_not_larger_than_a_phone_likes(signed_in: Client, owner: User) -> None:
    fill(owner)

    assert len(signed_in.get("/calls").content) < 120_000


def test_files_hold_exactly_what_is_filtered_in_the_order_of_the_page(signed_in: Client, owner: User) -> None:
    fill(owner)
    query = "?price=priced&sort=-estimate"
    expected = right_answer(owner, Question(price="priced", sort="-estimate"))

    lines = list(csv.DictReader(io.StringIO(body(signed_in.get(f"/calls/calls.csv{query}")))))
    objects = json.loads(body(signed_in.get(f"/calls/calls.json{query}")))

    assert [line["id"] for line in lines] == [found["id"] for found in objects] == expected
    assert [line["tokens"] for line in lines] == [str(found["tokens"]) for found in objects]
    assert json.loads(body(signed_in.get("/calls/calls.json?model=gpt-9"))) == []


def test_files_say_what_each_call_takes_of_credits_and_how_that_is_known(signed_in: Client, owner: User) -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    for number, model in enumerate(("gpt-5.4", "gpt-6.2-sol", "custom"), 1):
        store(owner, reading(number, at=at, model=model, input_tokens=1_000, cached_input_tokens=900, output_tokens=50))

    objects = json.loads(body(signed_in.get("/calls/calls.json?sort=at")))

    # 100 x 62.5 + 900 x 6.25 + 50 x 375 by the card; 25 x (100 x 2 + 900 x 0.10 + 50 x 10) from dollars
    assert [(found["codex_credits"], found["codex_credits_mark"]) for found in objects] == [
        ("0.030625", "exact"),
        ("0.01975", "inferred"),
        (None, "missing"),
    ]
    assert "0.030625,exact,false" in body(signed_in.get("/calls/calls.csv"))


def test_a_label_that_looks_like_a_formula_is_none_in_a_file_for_spreadsheets(signed_in: Client, owner: User) -> None:
    store(owner, reading(1))
    rename(owner, 1, "=1+1")

    assert ",'=1+1," in body(signed_in.get("/calls/calls.csv"))
    assert json.loads(body(signed_in.get("/calls/calls.json")))[0]["label"] == "=1+1"


def test_files_name_threads_as_the_page_does(signed_in: Client, owner: User) -> None:
    group(owner, in_thread(1), in_thread(2), in_thread(1)._replace(thread=None))
    rename_thread(thread=thread_of(owner, 1), name="=SUM(A1)")
    made_up = name_thread(thread_of(owner, 2).key, "")
    page = signed_in.get("/calls").text
    assert "=SUM(A1)</a>" in page
    assert f"{made_up}</a>" in page

    objects = json.loads(body(signed_in.get("/calls/calls.json?sort=-thread")))

    assert [(found["thread"], found["thread_name"]) for found in objects] == [
        (thread_of(owner, 2).pk, made_up),
        (thread_of(owner, 1).pk, "=SUM(A1)"),
        (None, None),
    ]
    assert f",{thread_of(owner, 1).pk},'=SUM(A1)," in body(signed_in.get("/calls/calls.csv"))


def test_files_are_limited(signed_in: Client, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        views, "FILES_OF_USER", RateLimit("files-of-calls-test", amount=1, seconds=600, is_lenient=True)
    )
    store(owner, reading(1))

    assert body(signed_in.get("/calls/calls.csv"))
    answer = signed_in.get("/calls/calls.csv")

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) <= 600


def test_nobody_sees_the_calls_of_another_one(client: Client, owner: User, stranger: User) -> None:
    store(owner, reading(1))
    client.force_login(stranger)

    assert "No calls yet" in client.get("/calls").text
    assert body(client.get("/calls/calls.json")) == "[]\n"
    assert client.get(f"/calls/{1:032x}").status_code == 404


def test_no_sum_of_other_calls_stands_over_a_list_of_calls_without_tokens(signed_in: Client, owner: User) -> None:
    store(owner, reading(1))
    rebuild_dirty_dates(user_id=owner.pk)
    assert "1,050 tokens" in unescape(signed_in.get("/calls").text)

    assert "1,050 tokens" not in unescape(signed_in.get("/calls?most=0").text)
