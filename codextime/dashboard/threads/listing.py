"""The list of threads, ready to print: a row for each tree, and below it its parts."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from codextime.dashboard import periods
from codextime.dashboard.choices import Choice
from codextime.dashboard.sorting import turn_round
from codextime.dashboard.threads import words
from codextime.dashboard.threads.query import ThreadsQuery
from codextime.dashboard.threads.reading import NO_SUBAGENTS, NOTHING, Known, ListReading, Subagents
from codextime.dashboard.threads.signals import Rules, Signal, find_signals, make_rules
from codextime.dashboard.threads.thread_sums import ThreadSum
from codextime.lib import formats

MOST_PARTS = 40  # rows of a page beside those of the trees
DEEPEST = 3  # steps that a row is moved in


@dataclass(frozen=True, slots=True)
class Row:
    """With `depth` 0 a whole tree, sub-agents included if there are any; else one thread by itself."""

    name: str
    link: str
    depth: int
    note: str
    latest_at: datetime.datetime | None
    calls: str
    duration: str
    models: str
    tokens: str
    exact_tokens: str
    estimate: str
    exact_estimate: str
    credits: str
    exact_credits: str
    cached: str
    context: str
    exact_context: str
    signals: list[Signal]


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column: `direction` as ARIA has it, empty where the rows are not in its order."""

    sort: str
    name: str
    title: str
    link: str
    direction: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Order:
    """An order of the rows, for who sees no heads of columns."""

    sort: str
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ThreadList:
    rows: list[Row]
    columns: list[Column]
    orders: list[Order]
    periods: list[Choice]
    models: list[str]
    labels: list[str]
    query: ThreadsQuery
    following: str
    previous: str
    newest: str
    signals: list[Signal]
    names: dict[str, str]

    @property
    def is_first(self) -> bool:
        return self.query.after is None and self.query.before is None


def build_list(reading: ListReading) -> ThreadList:
    query, page = reading.query, reading.page
    rows, columns = build_rows(reading), build_columns(query)
    return ThreadList(
        rows=rows,
        columns=columns,
        orders=build_orders(query),
        periods=[
            Choice(_(text), query.link(period=name), name == query.period) for name, text in periods.NAMES.items()
        ],
        models=reading.models,
        labels=reading.labels,
        query=query,
        following=query.link(after=page.rows[-1]) if page.has_following else "",
        previous=query.link(before=page.rows[0]) if page.has_previous else "",
        newest=query.link(),
        signals=list({signal.name: signal for row in rows for signal in row.signals}.values()),
        names={column.sort: column.name for column in columns},
    )


def build_rows(reading: ListReading) -> list[Row]:
    rows: list[Row] = []
    rules, room = make_rules(reading.thresholds), MOST_PARTS
    for place in reading.page.rows:
        root = reading.known.get(place.root_id)
        if root is None:  # deleted this moment
            continue
        subagents = reading.subagents.get(root.id, NO_SUBAGENTS)
        rows.append(build_row(root, reading.trees.get(root.id, NOTHING), rules, note=describe_subagents(subagents)))
        parts = list(build_parts(root, subagents, reading, rules)) if len(subagents.shown) < room else []
        rows += parts
        room -= len(parts)
    return rows


def build_parts(root: Known, subagents: Subagents, reading: ListReading, rules: Rules) -> Iterator[Row]:
    """The thread at the top by itself, and its sub-agents that are shown, each below the one that started it."""
    if not subagents.shown:
        return
    own = reading.threads.get(root.id, NOTHING)
    if own.sum.calls:
        yield build_row(root, own, rules, depth=1, note=_("by itself"))
    known = [reading.known[thread] for thread in subagents.shown if thread in reading.known]
    for depth, thread in put_in_order(root.key, known):
        found = reading.threads.get(thread.id, NOTHING)
        if found.sum.calls:  # in the period and of the model that are asked for
            yield build_row(thread, found, rules, depth=depth)


def put_in_order(root: UUID, threads: Sequence[Known], depth: int = 1) -> Iterator[tuple[int, Known]]:
    """(depth, thread): each below its parent; one whose parent is not among them stands below the top."""
    keys = {thread.key for thread in threads}
    children: dict[UUID, list[Known]] = {}
    for thread in threads:
        is_nested = thread.parent_key in keys and thread.parent_key != thread.key
        parent = thread.parent_key if is_nested and thread.parent_key else root
        children.setdefault(parent, []).append(thread)
    waiting = [(depth, thread) for thread in reversed(children.get(root, []))]
    while waiting:  # a circle hangs below nobody here, so that it is never entered
        at, thread = waiting.pop()
        yield min(at, DEEPEST), thread
        waiting += [(at + 1, child) for child in reversed(children.get(thread.key, []))]


def build_row(thread: Known, found: ThreadSum, rules: Rules, *, depth: int = 0, note: str = "") -> Row:
    sum_ = found.sum
    return Row(
        name=thread.name,
        link=reverse("thread", args=[thread.id]),
        depth=depth,
        note=note,
        latest_at=found.last_at,
        calls=sum_.exact_calls,
        duration=words.describe_duration(found.duration),
        models=words.describe_models(found.models),
        tokens=formats.compact(sum_.tokens.total),
        exact_tokens=sum_.exact_tokens,
        estimate=sum_.value,
        exact_estimate=sum_.exact_value,
        credits=words.describe_credits(found.credits),
        exact_credits=words.explain_credits(found.credits),
        cached=words.describe_cached(sum_.cached_share, sum_.tokens.input_tokens),
        context=words.describe_context(found.context_share),
        exact_context=words.explain_context(found.context_share, found.highest_input_tokens),
        signals=find_signals(found, rules, is_subagent=depth > 0 and not note),
    )


def describe_subagents(subagents: Subagents) -> str:
    if not subagents.number:
        return ""
    return ngettext("with %(number)s sub-agent", "with %(number)s sub-agents", subagents.number) % {
        "number": formats.exact(subagents.number)
    }


def build_columns(query: ThreadsQuery) -> list[Column]:
    return [build_column(sort, *named, query) for sort, named in name_columns().items()]


def name_columns() -> dict[str, tuple[str, str]]:
    """Name and explanation of each column that rows can be put in order by. `signals` stand below the names."""
    return {
        "name": (_("Thread"), ""),
        "latest": (_("Latest call"), ""),
        "calls": (_("Calls"), ""),
        "duration": (_("Duration"), _("From the first call to the last")),
        "tokens": (_("Tokens"), _("Input and output")),
        "estimate": (_("Estimate"), _("API-equivalent, never a bill")),
        "credits": (_("Credits"), _("Codex credits; ~ where they were made from USD rates")),
        "cached": (_("Cached"), _("Share of the input that came from the cache")),
        "context": (_("Context"), _("Highest share of a model's context window that a call read")),
    }


def build_column(sort: str, name: str, title: str, query: ThreadsQuery) -> Column:
    """Its link puts the largest first, and names from A on; where they are so already, the other way round."""
    direction = "" if query.column != sort else "descending" if query.is_descending else "ascending"
    first = find_first_sort(sort)
    link = query.link(sort=turn_round(first) if query.sort == first else first)
    return Column(sort, name, title, link, direction, sort not in ("name", "latest"))


def find_first_sort(column: str) -> str:
    """How rows are put in order by a column when that is asked for first."""
    return column if column == "name" else f"-{column}"


def build_orders(query: ThreadsQuery) -> list[Order]:
    """By each column as it is asked for first; the other way round only where the rows are so."""
    names = {sort: name for sort, (name, _title) in name_columns().items()} | {"signals": _("Number of marks")}
    orders = [Order(sort, names[column], query.sort == sort) for column in names for sort in [find_first_sort(column)]]
    if query.sort != find_first_sort(query.column):
        other = _("%(column)s, from Z to A") if query.column == "name" else _("%(column)s, smallest first")
        orders.append(Order(query.sort, other % {"column": names[query.column]}, is_chosen=True))
    return orders
