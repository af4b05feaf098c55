"""The page of one thread, ready to print."""

import datetime
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from codextime.dashboard.threads import words
from codextime.dashboard.threads.charts import Timeline, build_timeline
from codextime.dashboard.threads.lifecycle import Event, find_events
from codextime.dashboard.threads.listing import Row, build_row, name_columns, put_in_order
from codextime.dashboard.threads.reading import NOTHING, Known
from codextime.dashboard.threads.reading_one import MOST_CALLS, CallOfThread, ThreadReading
from codextime.dashboard.threads.signals import Rules, Signal, find_signals, make_rules
from codextime.lib import formats
from codextime.usage.thread_names import name_thread

CALLS = "/calls"


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: str
    title: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A link to another thread."""

    name: str
    link: str


@dataclass(frozen=True, slots=True)
class CallLine:
    link: str
    at: datetime.datetime
    model: str
    tokens: str
    exact_tokens: str
    input: str
    cached: str
    output: str
    estimate: str
    exact_estimate: str


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """`sample` says how many of the calls the timeline was made of, empty if of all."""

    id: int
    name: str
    own_name: str
    opaque_name: str
    first_at: datetime.datetime | None
    last_at: datetime.datetime | None
    figures: list[Figure]
    signals: list[Signal]
    models: str
    top: Way | None
    parent: Way | None
    has_lost_parent: bool
    parts: list[Row]
    names: dict[str, str]
    subagents: str
    hidden_subagents: str
    timeline: Timeline
    sample: str
    thinned: str
    events: list[Event]
    calls: list[CallLine]
    calls_link: str
    before: Way | None
    after: Way | None

    @property
    def has_calls(self) -> bool:
        return bool(self.calls)


def build_page(reading: ThreadReading) -> ThreadPage:
    thread, own = reading.thread, reading.own
    is_sample = own.sum.calls > MOST_CALLS
    timeline = build_timeline(reading.calls)
    me = reading.known[thread.pk]
    hidden = reading.subagents.number - len(reading.subagents.shown)
    rules = make_rules(reading.thresholds)
    return ThreadPage(
        id=thread.pk,
        name=me.name,
        own_name=thread.name,
        opaque_name=name_thread(thread.key, ""),
        first_at=own.first_at,
        last_at=own.last_at,
        figures=build_figures(reading),
        signals=find_signals(own, rules, is_subagent=thread.parent_key is not None),
        models=words.describe_models(own.models),
        top=find_way(reading, reading.root_id if reading.root_id not in (thread.pk, reading.parent_id) else None),
        parent=find_way(reading, reading.parent_id),
        has_lost_parent=thread.parent_key is not None and reading.parent_id is None,
        parts=build_parts(reading, me, rules),
        names={sort: name for sort, (name, _title) in name_columns().items()},
        subagents=formats.exact(reading.subagents.number),
        hidden_subagents=formats.exact(hidden) if hidden > 0 else "",
        timeline=timeline,
        sample=describe_sample(reading) if is_sample else "",
        thinned=describe_thinning(timeline),
        events=find_events(reading.calls, reading.thresholds, is_sample=is_sample),
        calls=[build_line(call) for call in reading.newest],
        calls_link=f"{CALLS}?{urlencode({'thread': thread.pk})}",
        before=find_way(reading, reading.before_id),
        after=find_way(reading, reading.after_id),
    )


def build_figures(reading: ThreadReading) -> list[Figure]:
    own, tree = reading.own, reading.tree
    sum_ = own.sum
    has_more = tree.sum.calls > sum_.calls
    return [
        Figure(_("Calls"), formats.compact(sum_.calls), sum_.exact_calls, whole(has_more, tree.sum.exact_calls)),
        Figure(
            _("Tokens"),
            formats.compact(sum_.tokens.total),
            sum_.exact_tokens,
            whole(has_more, formats.compact(tree.sum.tokens.total)),
        ),
        Figure(_("Duration"), words.describe_duration(own.duration), _("From the first call to the last"), ""),
        Figure(_("Estimate"), sum_.value, sum_.exact_value, whole(has_more, tree.sum.value) or sum_.partly_priced),
        Figure(
            _("Credits"),
            words.describe_credits(own.credits),
            words.explain_credits(own.credits),
            whole(has_more, words.describe_credits(tree.credits)),
        ),
        Figure(
            _("Cached"),
            words.describe_cached(sum_.cached_share, sum_.tokens.input_tokens),
            _("Share of the input that came from the cache"),
            _("context %(share)s") % {"share": words.describe_context(own.context_share)},
        ),
    ]


def whole(has_more: bool, text: str) -> str:
    """Of the whole tree, where that is more than the thread by itself."""
    return _("%(figure)s in the tree") % {"figure": text} if has_more else ""


def build_parts(reading: ThreadReading, me: Known, rules: Rules) -> list[Row]:
    """The sub-agents below this thread."""
    known = [reading.known[thread] for thread in reading.subagents.shown if thread in reading.known]
    return [
        build_row(thread, reading.subagent_sums.get(thread.id, NOTHING), rules, depth=depth)
        for depth, thread in put_in_order(me.key, known)
    ]


def find_way(reading: ThreadReading, thread_id: int | None) -> Way | None:
    found = reading.known.get(thread_id) if thread_id else None
    return Way(found.name, reverse("thread", args=[found.id])) if found else None


def describe_sample(reading: ThreadReading) -> str:
    return _(
        "Of %(all)s calls, %(shown)s are shown: the first one of each of %(most)s equal stretches of the thread's time."
    ) % {
        "all": reading.own.sum.exact_calls,
        "shown": formats.exact(len(reading.calls)),
        "most": formats.exact(MOST_CALLS),
    }


def describe_thinning(timeline: Timeline) -> str:
    length = max((point.last - point.first + 1 for point in timeline.points), default=1)
    if length == 1:
        return ""
    return _(
        "Each point is %(number)s calls in a row: the largest input, their cache ratio, and the mean estimate."
    ) % {"number": length}


def build_line(call: CallOfThread) -> CallLine:
    tokens = call.tokens
    return CallLine(
        link=f"{CALLS}/{call.id.hex}",
        at=call.at,
        model=call.model,
        tokens=formats.compact(tokens.total),
        exact_tokens=formats.exact(tokens.total),
        input=formats.exact(tokens.input_tokens),
        cached=words.describe_cached(call.sum.cached_share, tokens.input_tokens),
        output=formats.exact(tokens.output_tokens),
        estimate=call.sum.value,
        exact_estimate=call.sum.exact_value,
    )
