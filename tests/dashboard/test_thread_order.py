"""The order of threads where it takes rates, by keys that stand with the totals and never by those of other rates; and
where it takes names."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from codextime.accounts.models import User
from codextime.dashboard.threads import ranking
from codextime.dashboard.threads.listing import Row
from codextime.dashboard.threads.name_order import rank_by_name
from codextime.dashboard.threads.query import SORTS, Place, read_query
from codextime.dashboard.threads.ranking import RATED_KEYS, Narrowing, Ranking, rank_trees
from codextime.dashboard.threads.selectors import get_threads
from codextime.dashboard.thresholds import find_thresholds
from codextime.pricing.own_rates import set_own_rate
from codextime.pricing.rates import PACKAGED, RateBook
from codextime.pricing.selectors import get_book
from codextime.usage import thread_keys
from codextime.usage.models import Thread, ThreadTotal
from codextime.usage.thread_names import NAMES, name_thread
from codextime.usage.threads import rename_thread
from tests.dashboard.threads import START, group, in_thread, minutes, thread_of

BOTH_WAYS = [f"{sign}{column}" for column in RATED_KEYS for sign in ("", "-")]
MODELS = ("gpt-5.4", "gpt-5.2", "custom", "gpt-5.1-codex", "gpt-5.5-pro")


@pytest.fixture
def many(owner: User) -> User:
    """Trees of one and two threads, named by numbers, of models with and without rates or half of one, with short and
    long contexts, before and after a rate changes."""
    set_price(owner, "gpt-5.2", 3, cached=None)
    group(
        owner,
        *(
            in_thread(
                n,
                START - datetime.timedelta(days=31 * (n % 7)) + minutes(call),
                parent=n - 1 if n % 3 == 2 else None,
                model=MODELS[(n + call) % len(MODELS)],
                tokens=(1_000 + 97_003 * (n % 5), 31 * n, 7 * n, 40 + n, n),
            )
            for n in range(1, 24)
            for call in range(1 + n % 3)
        ),
        label="desk",
    )
    name_by_number(owner)
    return owner


def name_by_number(user: User) -> None:
    for thread in Thread.objects.filter(user=user):
        rename_thread(thread=thread, name=str(thread.key.int))


def set_price(user: User, model: str, usd: int, *, cached: int | None) -> None:
    amounts = {"input_usd": Decimal(usd), "output_usd": Decimal(usd)}
    cached_usd = None if cached is None else Decimal(cached)
    on = datetime.date(2026, 1, 1)
    set_own_rate(user=user, model=model, effective_from=on, now=START, cached_input_usd=cached_usd, **amounts)


def rank(user: User, sort: str) -> list[Place]:
    models = thread_keys.name_models(user_id=user.pk)
    asked = Ranking(user.pk, Narrowing(), models, get_book(user), find_thresholds(user=user))
    return rank_trees(asked, read_query({"sort": sort}), limit=100)


def rank_without_days(user: User, sort: str) -> list[Place]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "OF_RATED_DAYS", "days_that_are_not_there {narrowed}")
        return rank(user, sort)


def forget_keys(user: User) -> None:
    """As totals are that were made before there were keys."""
    made = ThreadTotal.objects.filter(user=user)
    assert made.update(rates_mark=None, usd_key=None, credit_key=None, context_key=None, has_unpriced=None)


def are_current(user: User) -> bool:
    mark = thread_keys.find_mark(thread_keys.name_models(user_id=user.pk), get_book(user))
    return thread_keys.are_current(user_id=user.pk, mark=mark)


def list_trees(user: User) -> dict[int, Row]:
    """The rows that stand for whole trees, by the thread at the top."""
    rows = get_threads(user=user, query=read_query({}), now=timezone.now()).rows
    return {thread_of(user, int(row.name)).pk: row for row in rows if not row.depth}


@pytest.mark.parametrize("sort", BOTH_WAYS)
def test_keys_of_totals_say_what_the_days_say(many: User, sort: str) -> None:
    by_keys = rank_without_days(many, sort)
    forget_keys(many)

    assert by_keys == rank(many, sort)
    assert len({place.key for place in by_keys}) > 2


def test_rows_stand_where_what_they_show_belongs(many: User) -> None:
    many.own_thresholds = {"large_cumulative_tokens": 300_000, "low_cache_ratio": 0.02, "high_context_ratio": 0.8}
    many.save()
    shown = list_trees(many)

    for place in rank(many, "-estimate"):
        amount = shown[place.root_id].exact_estimate
        assert f"${place.key:,.4f}" in amount if place.key >= 0 else "$" not in amount
    numbers = [(place.key, len(shown[place.root_id].signals)) for place in rank(many, "-signals")]
    assert all(key == number for key, number in numbers)
    assert len({number for _, number in numbers}) > 2


def test_signals_at_their_very_thresholds_are_counted_as_they_are_shown(owner: User) -> None:
    owner.own_thresholds = {
        "large_cumulative_tokens": 1_000,
        "high_uncached_input_tokens": 700,
        "high_context_ratio": 0.9,
        "low_cache_ratio": 0.3,
    }
    owner.save()
    edges = [(1_000, 300, 0), (1_000, 299, 0), (999, 299, 1), (998, 200, 1), (700, 0, 0), (699, 0, 0), (0, 0, 1_000)]
    edges += [(10 * n, 3 * n, 0) for n in (1, 3, 7, 100, 1_001)] + [(1_000, 200, 0), (900, 201, 0), (900, 200, 0)]
    group(
        owner, *(in_thread(n, tokens=(read, cached, 0, written, 0)) for n, (read, cached, written) in enumerate(edges))
    )
    name_by_number(owner)
    shown = list_trees(owner)

    numbers = {place.root_id: int(place.key) for place in rank(owner, "-signals")}

    assert numbers == {root_id: len(row.signals) for root_id, row in shown.items()}
    assert set(numbers.values()) == {0, 1, 2}


def test_totals_from_before_there_were_keys_get_them_with_the_next_rebuild(many: User) -> None:
    before = rank(many, "-estimate")
    forget_keys(many)
    assert not are_current(many)

    group(many, in_thread(99, tokens=(0, 0, 0, 0, 0)))

    assert are_current(many)
    assert [place for place in rank_without_days(many, "-estimate") if place.key > 0] == [
        place for place in before if place.key > 0
    ]


@pytest.mark.parametrize("other", [None, -(2**63), 2**63 - 1])
def test_a_single_total_with_keys_of_other_rates_is_noticed(many: User, other: int | None) -> None:
    assert are_current(many)

    ThreadTotal.objects.filter(thread=thread_of(many, 7)).update(rates_mark=other)

    assert not are_current(many)


def test_a_rate_of_ones_own_counts_at_once_and_its_keys_come_with_the_next_rebuild(many: User) -> None:
    first = rank(many, "-estimate")[0]

    set_price(many, "custom", 5_000, cached=5_000)

    assert not are_current(many)
    now_first = rank(many, "-estimate")[0]
    assert now_first.root_id != first.root_id
    assert f"${now_first.key:,.4f}" in list_trees(many)[now_first.root_id].exact_estimate
    group(many, in_thread(99, tokens=(0, 0, 0, 0, 0)))
    assert rank_without_days(many, "-estimate")[0] == now_first


def test_rates_of_other_models_leave_the_keys_as_they_are() -> None:
    models = {1: "gpt-5.4", 2: "custom"}
    mark = thread_keys.find_mark(models, PACKAGED)

    def without(*names: str) -> RateBook:
        kept = ({name: book[name] for name in book if name not in names} for book in (PACKAGED.rates, PACKAGED.credits))
        return RateBook(*kept, PACKAGED.names)

    other = without("gpt-5.2", "gpt-5.1-codex", "gpt-5")
    assert other.change_dates != PACKAGED.change_dates
    assert thread_keys.find_mark(models, other) == mark
    assert thread_keys.find_mark(models, without("gpt-5.4")) != mark
    assert thread_keys.find_mark({1: "gpt-5.4"}, PACKAGED) != mark


def test_names_are_in_the_order_of_their_letters_whatever_their_case(owner: User) -> None:
    group(owner, *(in_thread(n) for n in range(1, 5)))
    for number, name in ((1, "beta"), (2, "Alpha"), (3, "alpha"), (4, "")):
        rename_thread(thread=thread_of(owner, number), name=name)

    rows = get_threads(user=owner, query=read_query({"sort": "name"}), now=timezone.now()).rows
    following = get_threads(
        user=owner, query=read_query({"sort": "name", "after": f"0~{thread_of(owner, 3).pk}"}), now=timezone.now()
    ).rows

    assert [row.name for row in rows] == ["Alpha", "alpha", "Amber acorn 4", "beta"]
    assert [row.name for row in following] == ["Amber acorn 4", "beta"]
    narrowed = get_threads(user=owner, query=read_query({"sort": "-name", "model": "gpt-5.4"}), now=timezone.now()).rows
    assert [row.name for row in narrowed] == ["beta", "Amber acorn 4", "alpha", "Alpha"]


@pytest.mark.parametrize("sort", ["name", "-name"])
@pytest.mark.parametrize("side", ["after", "before"])
def test_beside_a_thread_that_is_gone_the_list_of_names_begins_anew(
    owner: User, stranger: User, sort: str, side: str
) -> None:
    group(owner, *(in_thread(n) for n in range(1, 30)))
    group(stranger, in_thread(5))
    first = get_threads(user=owner, query=read_query({"sort": sort}), now=timezone.now())

    for gone in (2**31 - 1, 10**18 - 1, thread_of(stranger, 5).pk):
        query = read_query({"sort": sort, side: f"0~{gone}"})
        page = get_threads(user=owner, query=query, now=timezone.now())
        assert (page.rows, page.following, page.previous) == (first.rows, first.following, "")


@pytest.mark.parametrize("sort", ["name", "-name"])
def test_from_behind_each_name_the_list_goes_on_in_order(owner: User, sort: str) -> None:
    keys = [*range(1, 9), *(NAMES + n for n in (1, 2)), *(97 * 31**n % 2**120 for n in range(6, 20))]
    group(owner, *(in_thread(key) for key in keys))
    for number, name in (
        (3, "zebra"),
        (4, "amber acorn 10"),
        (5, "Amber acorn 2"),
        (6, "Äpfel"),
        (7, "amber acorn"),
        (8, "Amber acorn 01"),
    ):
        rename_thread(thread=thread_of(owner, number), name=name)
    threads = Thread.objects.filter(user=owner)
    names = sorted((name_thread(thread.key, thread.name).casefold(), thread.pk) for thread in threads)
    expected = [id_ for _, id_ in (reversed(names) if sort == "-name" else names)]
    asked = Ranking(owner.pk, Narrowing(), {}, PACKAGED)

    for n, id_ in enumerate(expected):
        query = read_query({"sort": sort, "after": f"0~{id_}"})
        assert [place.root_id for place in rank_by_name(asked, query, limit=5)] == expected[n + 1 : n + 6]
    assert [place.root_id for place in rank_by_name(asked, read_query({"sort": sort}), limit=50)] == expected


@pytest.mark.parametrize("column", SORTS)
def test_each_order_of_some_days_is_that_of_all_where_these_are_all(many: User, column: str) -> None:
    """Days and totals are other tables, with names of columns in common."""
    whole = [row.name for row in get_threads(user=many, query=read_query({"sort": column}), now=timezone.now()).rows]
    query = read_query({"sort": column, "label": "desk"})

    assert [row.name for row in get_threads(user=many, query=query, now=timezone.now()).rows] == whole != []


def test_shares_of_the_cache_are_those_of_whole_trees(many: User) -> None:
    group(many, in_thread(90, START, tokens=(0, 0, 0, 5, 0)))
    trees: dict[int, list[ThreadTotal]] = {}
    for total in ThreadTotal.objects.filter(user=many):
        trees.setdefault(total.root_id, []).append(total)

    places = rank(many, "-cached")

    keys = {root: share_of_cache(totals) for root, totals in trees.items()}
    assert {place.root_id: place.key for place in places} == keys
    assert [place.root_id for place in places] == sorted(keys, key=lambda root: (keys[root], root), reverse=True)
    assert places[-1].key == -1


def share_of_cache(totals: list[ThreadTotal]) -> Decimal:
    read = sum(int(total.input_tokens) for total in totals)
    cached = sum(int(total.cached_input_tokens) for total in totals)
    return round(Decimal(cached) / read, 9) if read else Decimal(-1)
