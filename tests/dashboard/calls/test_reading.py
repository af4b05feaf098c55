"""What the database finds is what one finds looking at each call."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from codextime.accounts.models import User
from codextime.accounts.services import start_session_grouping
from codextime.dashboard.calls import reading as reading_sql
from codextime.dashboard.calls.question import SORTS, Question, read_question
from codextime.dashboard.calls.selectors import make_reading
from codextime.pricing.own_rates import set_own_rate
from codextime.pricing.selectors import get_book
from codextime.usage.models import Call, Thread
from codextime.usage.services import rebuild_dirty_dates
from codextime.usage.threads import rename_thread
from tests.dashboard.calls.people import ask, fill, pages, right_answer
from tests.usage.readings import NOW, reading, store

pytestmark = pytest.mark.django_db

FILTERS = {
    "nothing": Question(),
    "days": Question(first=date(2026, 6, 10), last=date(2026, 7, 9)),
    "from a day on": Question(first=date(2026, 8, 1)),
    "a model": Question(model="gpt-5.4"),
    "a label": Question(label="Work"),
    "a home without a label": Question(label="Source 3"),
    "priced": Question(price="priced"),
    "estimated rates": Question(price="estimated"),
    "unpriced": Question(price="unpriced"),
    "long": Question(long="yes"),
    "not long": Question(long="no"),
    "exact": Question(counts="exact"),
    "estimated": Question(counts="estimated"),
    "many tokens": Question(least=272_001),
    "few tokens": Question(most=5_000),
    "tokens between": Question(least=900, most=21_000),
    "as many as there can be": Question(least=2**62, most=2**63 - 1),
    "any number of tokens": Question(most=2**64),
    "several at once": Question(model="gpt-5.6-terra", counts="exact", long="no", least=10, first=date(2026, 6, 20)),
    "no such model": Question(model="gpt-9"),
    "no such label": Question(label="nobody's"),
    "no such thread": Question(thread=7),
}


@pytest.fixture
def filled(owner: User) -> User:
    owner.time_zone = "America/St_Johns"
    owner.save()
    start_session_grouping(user=owner, now=NOW)
    fill(owner)
    for thread, name in zip(Thread.objects.filter(user=owner), ("beta", "Alpha", "alpha"), strict=False):
        rename_thread(thread=thread, name=name)
    rebuild_dirty_dates(user_id=owner.pk)
    return owner


def test_each_filter_finds_the_calls_that_fit_and_no_others(filled: User) -> None:
    for name, question in FILTERS.items():
        for sort in ("-at", "at"):
            asked = question.changed(sort=sort)

            assert ask(filled, asked) == right_answer(filled, asked), name


def test_each_column_sorts_both_ways(filled: User) -> None:
    for column in SORTS:
        for sign in ("", "-"):
            asked = Question(sort=sign + column)

            assert ask(filled, asked) == right_answer(filled, asked), asked.sort


def test_pages_follow_each_other_without_a_gap_or_a_repeat(filled: User) -> None:
    for column in SORTS:
        for asked in (Question(sort=f"-{column}"), Question(sort=column, counts="exact")):
            assert list(pages(filled, asked, 70)) == right_answer(filled, asked), asked.sort


def test_pages_by_estimates_of_many_digits_follow_each_other(owner: User) -> None:
    usd = Decimal("123456.123456789")
    on = date(2026, 1, 1)
    set_own_rate(
        user=owner, model="custom", effective_from=on, input_usd=usd, cached_input_usd=usd, output_usd=usd, now=NOW
    )
    store(owner, *(reading(n, model="custom", input_tokens=2**62 + n) for n in range(1, 10)))
    book = get_book(owner)

    for sort, expected in (("estimate", range(1, 10)), ("-estimate", range(9, 0, -1))):
        found, asked = [], Question(sort=sort)
        for _ in range(5):
            rows = reading_sql.read_page(make_reading(owner, asked, book), limit=2)
            found += [row.call_id.int for row in rows]
            asked = read_question({"sort": sort, "after": str(rows[-1].place)})
        assert found == [*expected]


def test_rare_calls_are_found_over_many_dates_in_several_rounds(filled: User) -> None:
    asked = Question(model="gpt-5.4", counts="estimated", least=100_000)

    for size in (1, 3):
        assert list(pages(filled, asked, size)) == right_answer(filled, asked)


def test_calls_that_no_total_knows_yet_are_found_all_the_same(filled: User) -> None:
    fill(filled, number=60, seed=2)
    store(filled, reading(9, model="gpt-5.5", at=datetime(2026, 9, 1, 23, 59, tzinfo=UTC)))

    for question in (*FILTERS.values(), Question(model="gpt-5.5"), Question(sort="-estimate"), Question(sort="model")):
        assert ask(filled, question) == right_answer(filled, question)


def test_totals_of_before_the_ranges_were_kept_leave_nothing_out(filled: User) -> None:
    from codextime.usage.models import Day, Slot

    Slot.objects.update(least_tokens=None, most_tokens=None)
    Day.objects.update(least_tokens=None, most_tokens=None, exact_calls=None)

    for question in FILTERS.values():
        assert ask(filled, question) == right_answer(filled, question)


def test_a_file_has_the_same_calls_in_the_same_order(filled: User) -> None:
    for question in (Question(), Question(sort="estimate", price="priced"), Question(sort="-label", long="yes")):
        rows = reading_sql.stream(make_reading(filled, question, get_book()))

        assert [row.call_id.hex for row in rows] == right_answer(filled, question)


def test_a_withdrawn_call_and_a_call_of_somebody_else_are_on_no_list(owner: User, stranger: User) -> None:
    store(owner, reading(1), reading(2))
    store(stranger, reading(3))
    Call.objects.filter(call_id=f"{2:032x}").update(withdrawn_at=reading().at)

    for sort in ("-at", "tokens"):
        assert ask(owner, Question(sort=sort)) == [f"{1:032x}"]
    assert ask(owner, Question(model="gpt-5.1-codex")) == [f"{1:032x}"]


def test_a_range_around_the_mean_looks_at_few_dates_and_one_beside_it_at_many(owner: User) -> None:
    days = [datetime(2026, 9, 1 + n, tzinfo=UTC) for n in range(20)]
    store(
        owner,
        *(
            reading(n * 100 + size, at=on, input_tokens=1_000 + 10 * size, cached_input_tokens=0, output_tokens=50)
            for n, on in enumerate(days)
            for size in range(60)
        ),
    )
    rebuild_dirty_dates(user_id=owner.pk)

    def looks_at(**bounds: int) -> int:
        asked = make_reading(owner, Question(**bounds), get_book())  # type: ignore[arg-type]  # numbers
        return reading_sql.count_likely(reading_sql.find_dates(asked, 50), 50)

    assert looks_at(least=1_200, most=1_500) == looks_at(least=1_300) == looks_at(most=1_400) == 2
    assert looks_at(least=1_600, most=1_900) == looks_at(least=1_600) == 20 + 1
