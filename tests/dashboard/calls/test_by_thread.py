"""In the order of the names of their threads, calls are looked for where the first names are, and found as if all were
looked at."""

from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from codextime.accounts.models import User
from codextime.accounts.services import start_session_grouping
from codextime.dashboard.calls.question import Question, read_question
from codextime.dashboard.calls.reading import read_page
from codextime.dashboard.calls.selectors import make_reading
from codextime.pricing.selectors import get_book
from codextime.usage.models import Thread
from codextime.usage.services import rebuild_dirty_dates
from codextime.usage.threads import rename_thread
from tests.dashboard.calls.people import FIRST, ask, pages, right_answer
from tests.usage.readings import NOW, in_threads, reading, store

pytestmark = pytest.mark.django_db

THREADS, CALLS = 40, 240
NAMES = ("same", "same", "Same", "same", "aaa", "zzz", "same")
BOTH_WAYS = ("thread", "-thread")


@pytest.fixture
def many(owner: User) -> User:
    """Six calls in each of 40 threads, some at the same instant, four of one name, and six calls in none."""
    start_session_grouping(user=owner, now=NOW)
    owner.refresh_from_db()
    dice = Random(1)  # noqa: S311 - the same calls in every run
    calls = [a_call(n, dice.randrange(150), model="gpt-5.4" if n % 7 else "o3") for n in range(CALLS + 6)]
    store(owner, *in_threads(calls, THREADS))
    for thread, name in zip(Thread.objects.filter(user=owner).order_by("key"), NAMES, strict=False):
        rename_thread(thread=thread, name=name)
    rebuild_dirty_dates(user_id=owner.pk)
    return owner


def a_call(number: int, hour: int, **changes):  # type: ignore[no-untyped-def]  # a reading
    return reading(number + 1, at=FIRST + timedelta(hours=hour), **changes)


def look_ups(user: User, question: Question, limit: int) -> int:
    """How many statements read calls for a page."""
    asked = make_reading(user, question, get_book())
    with CaptureQueriesContext(connection) as queries:
        read_page(asked, limit=limit)
    return sum("usage_call " in query["sql"] for query in queries)


@pytest.mark.parametrize("sort", BOTH_WAYS)
@pytest.mark.parametrize("size", [1, 4, 31])
def test_pages_follow_each_other_without_a_gap_or_a_repeat(many: User, sort: str, size: int) -> None:
    for asked in (Question(sort=sort), Question(sort=sort, model="o3", first=(FIRST + timedelta(days=2)).date())):
        assert list(pages(many, asked, size)) == right_answer(many, asked)


@pytest.mark.parametrize("sort", BOTH_WAYS)
def test_the_calls_of_the_first_names_are_enough_unless_filters_leave_few(many: User, sort: str) -> None:
    assert look_ups(many, Question(sort=sort), 10) == 1
    assert look_ups(many, Question(sort=sort, model="gpt-5.4"), 10) == 1
    assert look_ups(many, Question(sort=sort, model="o3", last=(FIRST + timedelta(days=1)).date()), 10) == 2
    assert look_ups(many, Question(sort=sort), THREADS + 1) == 1  # all there are


@pytest.mark.parametrize("sort", BOTH_WAYS)
def test_a_call_without_a_thread_is_found_before_totals_know_it(owner: User, sort: str) -> None:
    start_session_grouping(user=owner, now=NOW)
    owner.refresh_from_db()
    assert ask(owner, Question(sort=sort)) == []
    store(owner, *in_threads([a_call(n, n) for n in range(3)], 3))
    rebuild_dirty_dates(user_id=owner.pk)

    assert ask(owner, Question(sort=sort)) == right_answer(owner, Question(sort=sort))
    store(owner, a_call(9, 1))
    assert ask(owner, Question(sort=sort)) == right_answer(owner, Question(sort=sort))


@pytest.mark.parametrize("sort", BOTH_WAYS)
def test_who_has_no_thread_has_all_calls_by_time(owner: User, sort: str) -> None:
    store(owner, *(a_call(n, n) for n in range(5)))
    rebuild_dirty_dates(user_id=owner.pk)

    assert list(pages(owner, Question(sort=sort), 2)) == right_answer(owner, Question(sort=sort))


@pytest.mark.parametrize("sort", BOTH_WAYS)
def test_a_page_goes_on_behind_its_last_call_whatever_was_named_anew_since(many: User, sort: str) -> None:
    first = read_page(make_reading(many, Question(sort=sort), get_book()), limit=70)
    last = first[-1]
    rename_thread(thread=Thread.objects.get(pk=last.thread_id), name="mmm")
    rename_thread(thread=Thread.objects.get(pk=first[20].thread_id), name="same")
    asked = read_question(QueryDict(Question(sort=sort, after=last.place).query).dict())

    everything = right_answer(many, Question(sort=sort))

    assert ask(many, asked, 30) == everything[everything.index(last.call_id.hex) + 1 :][:30]
