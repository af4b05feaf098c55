"""The trees that lead a period are those that come first in the lists of threads, whichever way they are found."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from codextime.accounts.models import User
from codextime.dashboard.periods import Period, find_custom
from codextime.dashboard.threads import leading
from codextime.dashboard.threads.query import read_query
from codextime.dashboard.threads.ranking import Narrowing, Ranking, rank_trees
from codextime.pricing.own_rates import set_own_rate
from codextime.pricing.selectors import get_book
from codextime.usage.models import ThreadTotal
from codextime.usage.thread_keys import name_models
from tests.dashboard.threads import START, group, in_thread

TODAY = START.date()
MODELS = ("gpt-5.4", "gpt-5.2", "custom", "gpt-5.1-codex", "gpt-5.5-pro")
SIZES = (1_000, 20_000, 250_000, 300_000)


@pytest.fixture
def many(owner: User) -> User:
    """Trees of up to four threads over two years, of an hour or of months, with and without rates."""
    dice = Random(3)  # noqa: S311 - the same calls in every run
    calls = []
    for thread in range(1, 61):
        begins = START - timedelta(days=dice.randrange(600))
        ends = min(begins + timedelta(hours=dice.choice([1, 3, 2_000])), START)
        moments = [begins, ends, *(begins + (ends - begins) * dice.random() for _ in range(3))]
        calls += [
            in_thread(
                thread,
                at,
                parent=thread - 1 if thread % 4 else None,
                model=dice.choice(MODELS),
                tokens=(dice.choice(SIZES) + dice.randrange(999), 500, 0, dice.randrange(100, 9_000), 50),
            )
            for at in moments
        ]
    group(owner, *calls)
    return owner


def periods() -> list[Period]:
    spans = [(ago, length) for ago in (0, 45, 200, 400) for length in (1, 20, 90, 200)] + [(0, 612)]
    return [make_period(TODAY - timedelta(days=ago), length) for ago, length in spans]


def make_period(last: date, days: int) -> Period:
    return find_custom(last - timedelta(days=days - 1), last, today=TODAY)


def rank(user: User, period: Period) -> Ranking:
    return Ranking(user.pk, Narrowing(period.first, period.last), name_models(user_id=user.pk), get_book(user))


def first_of_lists(user: User, period: Period) -> leading.Leading:
    places = [rank_trees(rank(user, period), read_query({"sort": sort}), limit=1) for sort in ("-estimate", "-context")]
    return leading.Leading(*(found[0].root_id if found else None for found in places))


def candidates(user: User, period: Period) -> list[int]:
    return leading.find_candidates(rank(user, period), period, user.zone)


def check(user: User, *, most_days: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leading, "MOST_DAYS", most_days)
        for period in periods():
            found = leading.find_leading(rank(user, period), period, user.zone)
            assert found == first_of_lists(user, period), period


@pytest.mark.django_db
def test_they_are_those_that_come_first_in_the_lists(many: User) -> None:
    check(many, most_days=0)
    check(many, most_days=10_000)
    found = [first_of_lists(many, period) for period in periods()]
    assert len(set(found)) > 6
    assert any(one.costliest != one.fullest for one in found)


@pytest.mark.django_db
def test_of_a_long_period_few_threads_can_lead(many: User) -> None:
    year = make_period(TODAY, 400)

    assert 0 < len(candidates(many, year)) < ThreadTotal.objects.filter(user=many).count() / 3


@pytest.mark.django_db
def test_totals_with_keys_of_other_rates_narrow_nothing(many: User) -> None:
    year = make_period(TODAY, 400)
    amounts = dict.fromkeys(("input_usd", "cached_input_usd", "output_usd"), Decimal(5_000))
    set_own_rate(user=many, model="custom", effective_from=date(2025, 1, 1), now=datetime.now(START.tzinfo), **amounts)

    assert candidates(many, year) == []
    check(many, most_days=0)


@pytest.mark.django_db
def test_more_threads_than_are_looked_up_narrow_nothing(many: User) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leading, "MOST_THREADS", 0)

        assert candidates(many, make_period(TODAY, 400)) == []
        check(many, most_days=0)


@pytest.mark.django_db
def test_nobody_leads_where_nothing_is(owner: User) -> None:
    group(owner)

    assert leading.find_leading(rank(owner, year := make_period(TODAY, 400)), year, owner.zone) == (None, None)
