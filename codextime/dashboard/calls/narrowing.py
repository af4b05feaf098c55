"""What a question asks for, as conditions on calls, and on the totals that tell where such calls may be."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from codextime.dashboard.calls import prices
from codextime.dashboard.calls.prices import Cell
from codextime.dashboard.calls.question import Question
from codextime.lib.tokens import LONG_CONTEXT_TOKENS
from codextime.usage.models import EXACT_REVISION

NOTHING = -1  # the id of no model, and of no source
TOKENS = "(input_tokens::numeric + output_tokens)"  # as bigint, two of 63 bits would overflow


@dataclass(frozen=True, slots=True)
class Reading:
    """A question with all that is needed to answer it. `models` and `labels` are names by id, `cells` their rates;
    `start` and `end` the instants that the days of the question begin and end at."""

    user_id: int
    question: Question
    models: Mapping[int, str]
    labels: Mapping[int, str]
    cells: Sequence[Cell]
    start: datetime.datetime | None
    end: datetime.datetime | None

    @property
    def parameters(self) -> dict[str, Any]:
        asked = self.question
        return {
            "user": self.user_id,
            "models": [key for key, name in self.models.items() if name == asked.model] or [NOTHING],
            "sources": [key for key, name in self.labels.items() if name == asked.label] or [NOTHING],
            "thread": asked.thread,
            "start": self.start,
            "end": self.end,
            "least": asked.least,
            "most": asked.most,
        }

    @property
    def is_rare(self) -> bool:
        """Whether the index by time may lead past many calls before it comes to one that is asked for. A thread has an
        index of its own."""
        asked = self.question
        return asked.thread is None and bool(
            asked.model or asked.label or asked.price or asked.long or asked.counts or has_range(asked)
        )


def has_range(asked: Question) -> bool:
    return asked.least is not None or asked.most is not None


def of_names(asked: Question) -> list[str]:
    conditions = ["model_id = ANY (%(models)s::int[])"] if asked.model else []
    return [*conditions, "source_id = ANY (%(sources)s::int[])"] if asked.label else conditions


def of_calls(reading: Reading) -> str:
    asked = reading.question
    conditions = ["user_id = %(user)s", "withdrawn_at IS NULL", *of_names(asked)]
    if reading.start:
        conditions.append("at >= %(start)s")
    if reading.end:
        conditions.append("at < %(end)s")
    if asked.thread is not None:
        conditions.append("thread_id = %(thread)s")
    if asked.price:
        conditions.append(prices.has_price(asked.price, reading.cells, prices.CALLS))
    if asked.long:
        conditions.append(f"input_tokens {'>' if asked.long == 'yes' else '<='} {LONG_CONTEXT_TOKENS}")
    if asked.counts:
        conditions.append(f"revision {'>=' if asked.counts == 'exact' else '<'} {EXACT_REVISION}")
    if asked.least is not None:
        conditions.append(f"{TOKENS} >= %(least)s")
    if asked.most is not None:
        conditions.append(f"{TOKENS} <= %(most)s")
    return " AND ".join(conditions)


def of_totals(asked: Question, cells: Sequence[Cell], columns: prices.Columns) -> list[str]:
    """What slots and days have in common. Totals from before a rebuild do not know the range of their calls."""
    conditions = of_names(asked)
    if asked.price:
        conditions.append(prices.has_price(asked.price, cells, columns))
    if asked.long:
        conditions.append("is_long_context" if asked.long == "yes" else "NOT is_long_context")
    if asked.least is not None:
        conditions.append("coalesce(most_tokens >= %(least)s, true)")
    if asked.most is not None:
        conditions.append("coalesce(least_tokens <= %(most)s, true)")
    return conditions


def of_slots(reading: Reading) -> str:
    conditions = ["user_id = %(user)s", *of_totals(reading.question, reading.cells, prices.SLOTS)]
    if reading.question.counts:
        conditions.append("is_ranked" if reading.question.counts == "exact" else "NOT is_ranked")
    return " AND ".join(conditions)


def of_days(reading: Reading) -> str:
    conditions = ["user_id = %(user)s", *of_totals(reading.question, reading.cells, prices.DAYS)]
    if reading.question.counts:
        conditions.append(f"coalesce({number_of_that_kind(reading.question)} > 0, true)")
    return " AND ".join([*conditions, *within(reading, "utc_on")])


def within(reading: Reading, column: str) -> list[str]:
    """Of a UTC date: whether the days that are asked for have a part of it."""
    conditions = []
    if reading.start:
        conditions.append(f"{column} >= (%(start)s::timestamptz AT TIME ZONE 'UTC')::date")
    if reading.end:
        conditions.append(f"{column} <= (%(end)s::timestamptz AT TIME ZONE 'UTC')::date")
    return conditions


def number_of_that_kind(asked: Question) -> str:
    return "exact_calls" if asked.counts == "exact" else "(calls - exact_calls)"


def likely_calls(asked: Question) -> str:
    """How many calls of a row of days one may count on; exact as long as nothing else is asked for."""
    if has_range(asked):
        return likely_calls_in_range(asked)
    return f"coalesce({number_of_that_kind(asked)}, calls)" if asked.counts else "calls"


def likely_calls_in_range(asked: Question) -> str:
    """As many as if tokens lay evenly between the least and the most, where the mean call is one that is asked for;
    elsewhere one, since what is far from the mean is rare."""
    bounds = {">= %(least)s::numeric": asked.least, "<= %(most)s::numeric": asked.most}  # many times that is no bigint
    is_usual = " AND ".join(
        f"input_tokens + output_tokens {bound} * calls" for bound, tokens in bounds.items() if tokens is not None
    )
    common = "least(most_tokens, %(most)s) - greatest(least_tokens, %(least)s)"
    share = f"coalesce(({common}) / nullif(most_tokens - least_tokens, 0), 1)"
    return f"CASE WHEN {is_usual} THEN greatest(calls * {share}, 1) ELSE 1 END"
