"""The page of one thread: where it stands, how it went, and its calls."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from codextime.accounts.models import User
from codextime.dashboard.threads import reading_one
from codextime.dashboard.threads.charts import MOST_POINTS
from codextime.dashboard.threads.page import ThreadPage
from codextime.dashboard.threads.reading_one import MOST_CALLS
from codextime.dashboard.threads.selectors import get_thread
from codextime.usage.models import Call
from tests.dashboard.threads import START, group, in_thread, minutes, thread_of

MOST_QUERIES, LARGEST_PAGE = 12, 120_000


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def page_of(user: User, number: int) -> ThreadPage:
    thread = thread_of(user, number)
    thread.user = user
    return get_thread(thread=thread)


def texts(page: ThreadPage) -> dict[str, str]:
    return {event.name: event.text for event in page.events}


def growing(number: int) -> tuple[int, int, int, int, int]:
    """Tokens of the call with this number: the context grows, the cache falls."""
    entry = 10_000 + 1_000 * number
    return entry, entry * (100 - 5 * number) // 100, 0, 100, 0


def test_a_thread_says_how_it_went(owner: User) -> None:
    calls = [in_thread(1, START + minutes(n), tokens=growing(n)) for n in range(12)]
    jump = in_thread(1, START + minutes(20), tokens=(260_000, 0, 0, 40_000, 0))
    group(owner, *calls, jump)

    page = page_of(owner, 1)

    assert {name: text.replace("\xa0", " ") for name, text in texts(page).items()} == {
        "First expensive call": "call 13, $1.25",
        "Largest jump": "+239 K input tokens",
        "Cache trend": "falling, 92 % → 9.3 %",
        "Context trend": "rising, 11,500 → 80,000",
    }
    assert page.figures[2].value == "20\xa0min"


@pytest.mark.parametrize(
    ("length", "words"),
    [(0.5, []), (70, ["10:10"]), (24 * 60, ["3 Nov 2026, 09:00"])],
)
def test_the_end_of_a_thread_is_said_as_briefly_as_it_is_plain(
    signed_in: Client, owner: User, length: float, words: list[str]
) -> None:
    group(owner, in_thread(1), in_thread(1, START + minutes(length)))

    head = signed_in.get(f"/threads/{thread_of(owner, 1).pk}").text.split("</h1>")[1].split("</p>")[0]

    assert re.findall(r"<time[^>]*>(.*?)</time>", head) == ["2 Nov 2026, 09:00", *words]


def test_what_is_expensive_is_said_by_ones_own_threshold(owner: User) -> None:
    owner.own_thresholds = {"high_cost_usd": 2}
    owner.save()
    group(owner, in_thread(1), in_thread(1, START + minutes(20), tokens=(260_000, 0, 0, 40_000, 0)))

    page = page_of(owner, 1)

    assert texts(page)["First expensive call"] == "none"
    assert "$2" in page.events[0].rule


def test_a_thread_of_one_call_has_no_trend_and_no_duration(signed_in: Client, owner: User) -> None:
    group(owner, in_thread(1))

    page = page_of(owner, 1)

    assert "too few calls" in texts(page)["Cache trend"]
    assert texts(page)["Largest jump"] == texts(page)["First expensive call"] == "none"
    assert page.figures[2].value == "\u2013"
    assert signed_in.get(f"/threads/{page.id}").text.count("course-spot") == 3


def test_a_thread_without_any_rate_has_no_chart_of_what_it_cost(owner: User) -> None:
    group(owner, in_thread(1, model="custom"), in_thread(1, START + minutes(1), model="custom"))

    page = page_of(owner, 1)

    assert [chart.css for chart in page.timeline.charts] == ["context", "cache"]
    assert [point.estimate for point in page.timeline.points] == ["unpriced", "unpriced"]


def test_a_thread_stands_between_its_parent_and_its_sub_agents(signed_in: Client, owner: User) -> None:
    group(
        owner,
        in_thread(1, START),
        in_thread(2, START + minutes(1), parent=1),
        in_thread(3, START + minutes(2), parent=2),
        in_thread(4, START + minutes(3), parent=3),
        in_thread(5, START + minutes(4), parent=1),
        in_thread(6, START + minutes(5), parent=99),
    )
    links = {number: f"/threads/{thread_of(owner, number).pk}" for number in range(1, 7)}

    page = page_of(owner, 3)

    ways = [way and way.link for way in (page.top, page.parent, page.before, page.after)]
    assert ways == [links[1], links[2], links[2], links[4]]
    assert [row.link for row in page.parts] == [links[4]]
    assert page.figures[0].value == "1"
    assert page.figures[0].note == "5 in the tree"
    assert [row.depth for row in page_of(owner, 1).parts] == [1, 1, 2, 3]
    assert "no calls are here" in signed_in.get(links[6]).text


def test_threads_in_a_circle_have_pages(signed_in: Client, owner: User) -> None:
    group(owner, in_thread(1, parent=2), in_thread(2, START + minutes(1), parent=1), in_thread(3, parent=3))

    for number in (1, 2, 3):
        assert signed_in.get(f"/threads/{thread_of(owner, number).pk}").status_code == 200


def test_many_calls_are_thinned_and_the_page_says_how(owner: User) -> None:
    group(owner, *(in_thread(1, START + minutes(n), tokens=(1000 + n, 0, 0, 1, 0)) for n in range(3 * MOST_POINTS - 1)))

    page = page_of(owner, 1)

    assert len(page.timeline.points) == MOST_POINTS
    assert page.timeline.points[0].input_tokens == 1002
    assert "3 calls in a row" in page.thinned
    assert page.sample == ""
    assert len(page.calls) == 25


def test_of_very_many_calls_a_sample_over_all_their_time_is_shown(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_one, "MOST_CALLS", 10)
    monkeypatch.setattr("codextime.dashboard.threads.page.MOST_CALLS", 10)
    calls = [in_thread(1, START + timedelta(seconds=n)) for n in range(101)]
    group(owner, *calls)

    page = page_of(owner, 1)

    shown = [point.at for point in page.timeline.points]
    assert shown == [START + timedelta(seconds=n) for n in (*range(0, 100, 10), 100)]
    assert "Of 101 calls, 11 are shown" in page.sample
    assert page.calls[0].at == START + timedelta(seconds=100)


def test_a_thread_whose_calls_were_taken_back_says_so(signed_in: Client, owner: User) -> None:
    group(owner, in_thread(1))
    Call.objects.update(withdrawn_at=START)
    thread = thread_of(owner, 1)
    group(owner, in_thread(2))

    assert signed_in.get(f"/threads/{thread.pk}").status_code == 200


def test_the_page_stays_small_and_asks_little_however_long_the_thread_is(signed_in: Client, owner: User) -> None:
    found = []
    for number in (1, MOST_CALLS + 1):
        calls = [in_thread(1, START + timedelta(seconds=n), tokens=growing(n % 20)) for n in range(number)]
        group(owner, *calls, *(in_thread(n, parent=1) for n in range(2, min(number, 80) + 1)))
        with CaptureQueriesContext(connection) as queries:
            answer = signed_in.get(f"/threads/{thread_of(owner, 1).pk}")
        found.append(len(queries))
        assert len(answer.content) < LARGEST_PAGE

    assert max(found) <= MOST_QUERIES
    assert "All calls of this thread" in unescape(answer.text)
