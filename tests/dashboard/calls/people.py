"""Whoever has calls of every kind, and what a question about them should answer, found one by one in Python."""

import itertools
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from codextime.accounts.models import User
from codextime.dashboard.calls.page import list_marks
from codextime.dashboard.calls.question import Question
from codextime.dashboard.calls.reading import CallRow
from codextime.dashboard.calls.selectors import make_reading
from codextime.lib.tokens import LONG_CONTEXT_TOKENS, Tokens
from codextime.pricing.estimates import Estimate, estimate
from codextime.pricing.selectors import get_book
from codextime.usage.models import TOKEN_FIELDS, Call
from codextime.usage.services import rename_source
from codextime.usage.thread_names import name_thread
from tests.usage.readings import in_threads, reading, store

# Two rates of one model, one with a long tier whose figures are not known, one of third parties, one without cached
# input, one that ends, and none at all.
MODELS = ("gpt-5.6-terra", "gpt-5.4", "o4-mini", "o3", "gpt-5-codex", "custom")
LABELS = {1: "=desk", 2: "Work", 3: ""}
FIRST = datetime(2026, 6, 1, tzinfo=UTC)


def fill(user: User, number: int = 300, seed: int = 1) -> None:
    """Calls of 100 days, some at the same instant, from three homes; in threads, if the user groups them."""
    dice = Random(seed)  # noqa: S311 - the same calls in every run
    for source, label in LABELS.items():
        calls = [a_call(dice, seed * 100_000 + source * 10_000 + count) for count in range(number // 3)]
        store(user, *in_threads(calls, 4), source=source)
        rename(user, source, label)


def a_call(dice: Random, number: int):  # type: ignore[no-untyped-def]  # a reading
    entry = dice.choice([0, 900, 20_000, 272_000, 272_001, 400_000, 2 * 10**8, 2**62])
    output = dice.choice([0, 10, 5_000])
    return reading(
        number,
        at=FIRST + timedelta(hours=dice.randrange(2_400), minutes=15 * dice.randrange(4)),
        input_tokens=entry,
        cached_input_tokens=dice.choice([0, entry, dice.randint(0, entry)]),
        cache_write_input_tokens=dice.choice([0, dice.randint(0, entry)]),
        output_tokens=output,
        reasoning_output_tokens=dice.randint(0, output),
        model=dice.choice(MODELS),
        revision=dice.choice([1, 257, 257]),
    )


def rename(user: User, source: int, label: str) -> None:
    from codextime.usage.models import Source

    found = Source.objects.filter(user=user).order_by("pk")[source - 1]
    rename_source(source=found, label=label)


def ask(user: User, question: Question, limit: int = 1_000_000) -> list[str]:
    """The ids of the first calls that the database finds."""
    from codextime.dashboard.calls.reading import read_page

    return [row.call_id.hex for row in read_page(make_reading(user, question, get_book()), limit=limit)]


def right_answer(user: User, question: Question) -> list[str]:
    reading_ = make_reading(user, question, get_book())
    stored = Call.objects.filter(user=user, withdrawn_at=None).select_related("model", "thread")
    calls = [call for call in stored if fits(call, question, user, reading_.labels)]

    def key(call: Call) -> tuple[object, ...]:
        tail = (call.at, call.call_id.int)
        if question.column == "at":
            return tail
        return (measure(call, question.column, reading_.labels), *tail)

    return [call.call_id.hex for call in sorted(calls, key=key, reverse=question.is_descending)]


def measure(call: Call, column: str, labels) -> object:  # type: ignore[no-untyped-def]  # names by source
    if column == "model":
        return (call.model.name.lower(), call.model.name)
    if column == "label":
        return (labels[call.source_id].lower(), labels[call.source_id])
    if column == "thread":
        name = name_thread(call.thread.key, call.thread.name) if call.thread else ""
        return (name.lower(), name)
    if column == "marks":
        return len(list_marks(make_row(call), price(call)))
    if column == "tokens":
        return call.input_tokens + call.output_tokens
    if column == "estimate":
        found = price(call)
        return found.usd if found.rates else Decimal(-1)
    names = {"input": "input_tokens", "cached": "cached_input_tokens", "output": "output_tokens"}
    return getattr(call, names.get(column, "reasoning_output_tokens"))


def make_row(call: Call) -> CallRow:
    tokens = Tokens(*(getattr(call, field) for field in TOKEN_FIELDS))
    return CallRow(call.call_id, call.at, call.model.name, call.source_id, None, call.revision, tokens, None)


def price(call: Call) -> Estimate:
    tokens = Tokens(*(getattr(call, field) for field in TOKEN_FIELDS))
    is_long = call.input_tokens > LONG_CONTEXT_TOKENS
    return estimate(call.model.name, call.at.astimezone(UTC).date(), tokens, is_long_context=is_long)


def price_kind(call: Call) -> str:
    found = price(call)
    if not found.rates or found.unpriced_tokens:
        return "unpriced"
    return "priced" if all(rate.is_official for rate in found.rates) else "estimated"


def fits(call: Call, question: Question, user: User, labels: Mapping[int, str]) -> bool:
    on = call.at.astimezone(ZoneInfo(user.time_zone)).date()
    total = call.input_tokens + call.output_tokens
    return all(
        (
            question.first is None or on >= question.first,
            question.last is None or on <= question.last,
            not question.model or call.model.name == question.model,
            not question.label or labels[call.source_id] == question.label,
            question.thread is None or call.thread_id == question.thread,
            not question.price or price_kind(call) == question.price,
            not question.long or (call.input_tokens > LONG_CONTEXT_TOKENS) == (question.long == "yes"),
            not question.counts or (call.revision >= 256) == (question.counts == "exact"),
            question.least is None or total >= question.least,
            question.most is None or total <= question.most,
        )
    )


def pages(user: User, question: Question, size: int) -> Iterator[str]:
    """All calls, read in pages of `size`."""
    from codextime.dashboard.calls.question import read_question
    from codextime.dashboard.calls.reading import read_page

    for _ in itertools.count():
        found = read_page(make_reading(user, question, get_book()), limit=size + 1)
        yield from (row.call_id.hex for row in found[:size])
        if len(found) <= size:
            return
        from django.http import QueryDict

        asked = question.changed(after=found[size - 1].place)
        question = read_question(QueryDict(asked.query).dict())
