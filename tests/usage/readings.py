"""Readings as an upload would hand them over, and the totals that they should make, summed one by one in Python."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from codextime.accounts.models import User
from codextime.usage.mark_models import DirtyDate
from codextime.usage.models import TOKEN_FIELDS, Call, Day, DayHour, Slot, ThreadDay, ThreadTotal, TokenSums
from codextime.usage.readings import CallReading, Withdrawal
from codextime.usage.services import StoredCounts, store_calls

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MODELS = ("gpt-5.1-codex", "gpt-5", "custom")
SUM_FIELDS = ("calls", *TOKEN_FIELDS)

Totals = dict[tuple[Any, ...], tuple[int, ...]]


def reading(number: int = 1, **changes: Any) -> CallReading:
    plain = CallReading(
        call_id=number.to_bytes(16, "big"),
        at=datetime(2026, 11, 19, 10, 7, tzinfo=UTC),
        input_tokens=1000,
        cached_input_tokens=600,
        cache_write_input_tokens=100,
        output_tokens=50,
        reasoning_output_tokens=20,
        model="gpt-5.1-codex",
        revision=257,
    )
    return plain._replace(**changes)


def marked_dates(user: User) -> list[date]:
    """The UTC dates that wait for a rebuild."""
    return sorted(set(DirtyDate.objects.filter(user=user).values_list("on", flat=True)))


def some_readings(moments: Iterable[datetime], seed: int = 1) -> Iterator[CallReading]:
    """A call at each moment: some of long context, some estimates, of several models."""
    dice = Random(seed)  # noqa: S311 - the same calls in every run
    for number, at in enumerate(moments, start=seed * 1_000_000):
        entry, output = dice.choice([0, 900, 272_000, 272_001, 400_000]), dice.randrange(5000)
        yield reading(
            number,
            at=at,
            input_tokens=entry,
            cached_input_tokens=dice.randint(0, entry),
            cache_write_input_tokens=dice.randint(0, entry),
            output_tokens=output,
            reasoning_output_tokens=dice.randint(0, output),
            model=dice.choice(MODELS),
            revision=dice.choice([1, 257]),
        )


def in_threads(readings: Iterable[CallReading], number: int) -> Iterator[CallReading]:
    """The readings in turn in so many threads, and in none."""
    for place, one in enumerate(readings):
        thread = place % (number + 1)
        yield one._replace(thread=f"{thread + 1:032x}") if thread < number else one


def moments_around(on: date, number: int = 150) -> list[datetime]:
    """Instants within a day and a half of the date's UTC noon, and every hour and quarter between, on the dot."""
    dice = Random(on.toordinal())  # noqa: S311 - the same moments in every run
    noon = datetime.combine(on, datetime.min.time(), UTC) + timedelta(hours=12)
    anywhere = [noon + timedelta(milliseconds=dice.randint(-36 * 3_600_000, 36 * 3_600_000)) for _ in range(number)]
    return anywhere + [noon + timedelta(minutes=15 * quarter) for quarter in range(-144, 144)]


def store(user: User, *calls: CallReading, source: int = 1, withdrawals: Iterable[Withdrawal] = ()) -> StoredCounts:
    return store_calls(
        user=user,
        device=None,
        source_key=UUID(int=source),
        label=None,
        calls=calls,
        withdrawals=list(withdrawals),
        now=NOW,
    )


def add_up(user: User, key: Any) -> Totals:
    """The sums of the user's calls that count, by what `key` says of each."""
    sums: dict[tuple[Any, ...], Counter[str]] = {}
    for call in Call.objects.filter(user=user, withdrawn_at=None):
        group = sums.setdefault(key(call), Counter())
        group.update({"calls": 1} | {field: getattr(call, field) for field in TOKEN_FIELDS})
    return {group: tuple(counted[field] for field in SUM_FIELDS) for group, counted in sums.items()}


def slots_by_hand(user: User) -> Totals:
    return add_up(user, key_of_slot)


def key_of_slot(call: Call) -> tuple[Any, ...]:
    start = call.at.replace(minute=call.at.minute // 15 * 15, second=0, microsecond=0)
    return start, call.model_id, call.source_id, call.input_tokens > 272_000, call.revision >= 256


def days_by_hand(user: User) -> Totals:
    return add_up(user, key_of_day(ZoneInfo(user.time_zone)))


def key_of_day(zone: ZoneInfo) -> Any:
    def key(call: Call) -> tuple[Any, ...]:
        on, utc_on = call.at.astimezone(zone).date(), call.at.astimezone(UTC).date()
        return on, utc_on, call.model_id, call.source_id, call.input_tokens > 272_000

    return key


def thread_days_by_hand(user: User) -> Totals:
    zone = ZoneInfo(user.time_zone)

    def key(call: Call) -> tuple[Any, ...]:
        on, utc_on = call.at.astimezone(zone).date(), call.at.astimezone(UTC).date()
        return on, utc_on, call.thread_id, call.model_id, call.source_id, call.input_tokens > 272_000

    return {group: sums for group, sums in add_up(user, key).items() if group[2] is not None}


def threads_by_hand(user: User) -> dict[int | None, tuple[Any, ...]]:
    """Of each thread its sums, its first and last moment, and its largest input."""
    calls: dict[int | None, list[Call]] = {}
    for call in Call.objects.filter(user=user, withdrawn_at=None, thread__isnull=False):
        calls.setdefault(call.thread_id, []).append(call)
    sums = add_up(user, lambda call: (call.thread_id,))
    return {
        thread: (
            *sums[thread,],
            min(call.at for call in of_it),
            max(call.at for call in of_it),
            max(call.input_tokens for call in of_it),
        )
        for thread, of_it in calls.items()
    }


def hours_by_hand(user: User) -> Totals:
    zone = ZoneInfo(user.time_zone)

    def key(call: Call) -> tuple[Any, ...]:
        local = call.at.astimezone(zone)
        return local.date(), call.at.astimezone(UTC).date(), local.hour

    sums = add_up(user, key)
    return {hour: (calls, entry + output) for hour, (calls, entry, _, _, output, _) in sums.items()}


def stored_slots(user: User) -> Totals:
    rows = Slot.objects.filter(user=user)
    return {(r.slot_at, r.model_id, r.source_id, r.is_long_context, r.is_ranked): sums_of(r) for r in rows}


def stored_days(user: User) -> Totals:
    rows = Day.objects.filter(user=user)
    return {(r.on, r.utc_on, r.model_id, r.source_id, r.is_long_context): sums_of(r) for r in rows}


def stored_hours(user: User) -> Totals:
    rows = DayHour.objects.filter(user=user)
    return {(r.on, r.utc_on, r.hour): (r.calls, r.tokens) for r in rows}


def stored_thread_days(user: User) -> Totals:
    rows = ThreadDay.objects.filter(user=user)
    return {(r.on, r.utc_on, r.thread_id, r.model_id, r.source_id, r.is_long_context): sums_of(r) for r in rows}


def stored_threads(user: User) -> dict[int | None, tuple[Any, ...]]:
    rows = ThreadTotal.objects.filter(user=user)
    return {r.thread_id: (*sums_of(r), r.first_at, r.last_at, r.highest_input_tokens) for r in rows}


def ranges_by_hand(user: User, key: Any) -> Totals:
    """The least and most tokens of a call, and how many are exact, by what `key` says of each."""
    ranges: dict[tuple[Any, ...], list[Call]] = {}
    for call in Call.objects.filter(user=user, withdrawn_at=None):
        ranges.setdefault(key(call), []).append(call)
    return {
        group: (
            min(call.input_tokens + call.output_tokens for call in calls),
            max(call.input_tokens + call.output_tokens for call in calls),
            sum(call.revision >= 256 for call in calls),
        )
        for group, calls in ranges.items()
    }


def assert_ranges_are_exact(user: User) -> None:
    zone = ZoneInfo(user.time_zone)
    days = {
        (row.on, row.utc_on, row.model_id, row.source_id, row.is_long_context): (
            *(row.least_tokens, row.most_tokens, row.exact_calls),
        )
        for row in Day.objects.filter(user=user)
    }
    slots = {
        (row.slot_at, row.model_id, row.source_id, row.is_long_context, row.is_ranked): (
            *(row.least_tokens, row.most_tokens, row.calls if row.is_ranked else 0),
        )
        for row in Slot.objects.filter(user=user)
    }
    assert days == ranges_by_hand(user, key_of_day(zone))
    assert slots == ranges_by_hand(user, key_of_slot)


def sums_of(row: TokenSums) -> tuple[int, ...]:
    return tuple(getattr(row, field) for field in SUM_FIELDS)


def assert_totals_are_exact(user: User) -> None:
    assert stored_slots(user) == slots_by_hand(user)
    assert stored_days(user) == days_by_hand(user)
    assert stored_hours(user) == hours_by_hand(user)
    assert stored_thread_days(user) == thread_days_by_hand(user)
    assert stored_threads(user) == threads_by_hand(user)
    assert_ranges_are_exact(user)
