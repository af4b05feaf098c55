"""The list of calls, in words that are ready to print."""

import datetime
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from codextime.accounts.models import User
from codextime.dashboard import periods
from codextime.dashboard.calls.question import DEFAULT_SORT, Question
from codextime.dashboard.calls.reading import CallRow
from codextime.dashboard.models import SavedView
from codextime.dashboard.paging import cut
from codextime.dashboard.sums import Sum
from codextime.lib import formats
from codextime.lib.tokens import LONG_CONTEXT_TOKENS
from codextime.pricing.estimates import Estimate, estimate
from codextime.pricing.rates import OwnRate, Rate, RateBook
from codextime.usage.models import EXACT_REVISION

CALLS_PER_PAGE = 50
TEXTS = ("model", "label", "thread")  # sorted from A to Z when first clicked


@dataclass(frozen=True, slots=True)
class Column:
    """A head of the table; `link` sorts by it, the other way round if it is sorted by it already."""

    name: str
    title: str
    link: str
    sorted: str  # of aria-sort: "ascending", "descending" or empty
    is_number: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One call. `marks` are (what it is, why it is so)."""

    link: str
    at: str
    instant: str
    model: str
    label: str
    thread: str
    thread_link: str
    input: str
    cached: str
    output: str
    reasoning: str
    tokens: str
    estimate: str
    exact_estimate: str
    marks: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Link:
    name: str
    link: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class View:
    id: int
    name: str
    link: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Page:
    """`total` says what all calls that are asked for come to, if that is known. `chosen` are the filters that are on,
    each with the address without it. `following` is empty on the last page, `previous` and `first` on the first."""

    question: Question
    columns: list[Column]
    lines: list[Line]
    following: str
    previous: str
    first: str
    total: str
    exact_total: str
    presets: list[Link]
    chosen: list[Link]
    models: Sequence[str]
    labels: Sequence[str]
    views: list[View]
    csv: str
    json: str
    address: str
    query: str
    order: str
    orders: dict[str, str]
    price_choices: dict[str, str]
    long_choices: dict[str, str]
    count_choices: dict[str, str]
    is_grouping: bool
    has_any: bool


def build_page(
    found: Sequence[CallRow],
    *,
    question: Question,
    labels: Mapping[int, str],
    threads: Mapping[int, str],
    models: Sequence[str],
    book: RateBook,
    user: User,
    now: datetime.datetime,
    total: Sum | None,
    views: Sequence[SavedView],
    has_any: bool,
) -> Page:
    """Of up to `CALLS_PER_PAGE` calls and one more, which only says that there is another page."""
    page = cut(found, CALLS_PER_PAGE, after=question.after, before=question.before)
    shown, is_behind_all = page.rows, not page.rows and bool(question.after or question.before)
    is_grouping = user.session_grouping_since is not None
    today = now.astimezone(user.zone).date()
    whole = question.changed()
    return Page(
        question=question,
        columns=list_columns(question, is_grouping=is_grouping),
        lines=[build_line(row, labels, threads, book, user.zone) for row in shown],
        following=address(question.changed(after=shown[-1].place)) if page.has_following else "",
        previous=address(question.changed(before=shown[0].place)) if page.has_previous else "",
        first=address(whole) if page.has_previous or is_behind_all else "",
        total=describe_total(total) if total else "",
        exact_total=total.sentence if total else "",
        presets=list_presets(question, today),
        chosen=list_chosen(question, threads),
        models=models,
        labels=sorted(set(labels.values())),
        views=[build_view(view, whole) for view in views],
        csv=reverse("calls_csv") + suffix(whole),
        json=reverse("calls_json") + suffix(whole),
        address=address(question),
        query=whole.query,
        order=sort_words(question),
        orders=list_orders(question, is_grouping=is_grouping),
        price_choices=price_choices(),
        long_choices=long_choices(),
        count_choices=count_choices(),
        is_grouping=is_grouping,
        has_any=has_any,
    )


def address(question: Question) -> str:
    return reverse("calls") + suffix(question)


def suffix(question: Question) -> str:
    return f"?{question.query}" if question.query else ""


def titles() -> dict[str, str]:
    return {
        "at": _("Time"),
        "model": _("Model"),
        "label": _("Label"),
        "thread": _("Thread"),
        "input": _("Input"),
        "cached": _("Cached"),
        "output": _("Output"),
        "reasoning": _("Reasoning"),
        "tokens": _("Tokens"),
        "estimate": _("Estimate"),
        "marks": _("Marks"),
    }


def field_names() -> dict[str, str]:
    """What the fields of the filters are called, by what stands in the address."""
    return {
        "from": _("From"),
        "to": _("To, included"),
        "model": _("Model"),
        "label": _("Label"),
        "thread": _("Thread"),
        "price": _("Rate"),
        "long": _("Context"),
        "counts": _("Count"),
        "least": _("Tokens, at least"),
        "most": _("Tokens, at most"),
        "sort": _("Order"),
    }


def list_columns(question: Question, *, is_grouping: bool) -> list[Column]:
    names = [name for name in titles() if is_grouping or name != "thread"]
    return [build_column(name, question) for name in names]


def build_column(name: str, question: Question) -> Column:
    first = name if name in TEXTS else f"-{name}"
    other = first.removeprefix("-") if first.startswith("-") else f"-{first}"
    is_sorted = question.column == name
    link = address(question.changed(sort=other if question.sort == first else first))
    direction = "descending" if question.is_descending else "ascending"
    return Column(name, titles()[name], link, direction if is_sorted else "", name not in ("at", "marks", *TEXTS))


def build_line(
    row: CallRow, labels: Mapping[int, str], threads: Mapping[int, str], book: RateBook, zone: zoneinfo.ZoneInfo
) -> Line:
    at = row.at.astimezone(zone)
    is_long = row.tokens.input_tokens > LONG_CONTEXT_TOKENS
    on = row.at.astimezone(datetime.UTC).date()
    priced = estimate(row.model, on, row.tokens, is_long_context=is_long, book=book)
    return Line(
        link=reverse("call", args=[row.call_id.hex]),
        at=formats.exact_moment(at),
        instant=at.isoformat(),
        model=row.model,
        label=labels.get(row.source_id, ""),
        thread=threads.get(row.thread_id or 0, ""),
        thread_link=f"/threads/{row.thread_id}" if row.thread_id else "",
        input=formats.exact(row.tokens.input_tokens),
        cached=formats.exact(row.tokens.cached_input_tokens),
        output=formats.exact(row.tokens.output_tokens),
        reasoning=formats.exact(row.tokens.reasoning_output_tokens),
        tokens=formats.exact(row.tokens.total),
        estimate=_("unpriced") if is_unpriced(priced) else formats.usd(priced.usd),
        exact_estimate=" ".join(sorted(priced.gaps)) or formats.exact_usd(priced.usd),
        marks=list_marks(row, priced),
    )


def is_unpriced(priced: Estimate) -> bool:
    return priced.tokens > 0 and not priced.is_priced


def list_marks(row: CallRow, priced: Estimate) -> list[tuple[str, str]]:
    marks = []
    if row.tokens.input_tokens > LONG_CONTEXT_TOKENS:
        why = _("Read more than %(count)s tokens: priced as long context.")
        marks.append((_("long"), why % {"count": formats.exact(LONG_CONTEXT_TOKENS)}))
    if row.revision < EXACT_REVISION:
        marks.append((_("count estimated"), _("The log did not say all of its figures.")))
    if priced.unpriced_tokens and priced.is_priced:
        marks.append((_("partly priced"), " ".join(sorted(priced.gaps))))
    return marks + [mark_rate(rate) for rate in priced.rates if not rate.is_official]


def mark_rate(rate: Rate) -> tuple[str, str]:
    """Of a rate that no official page says."""
    if isinstance(rate, OwnRate):
        return _("your rate"), _("You typed its rate.")
    return _("rate estimated"), _("Its rate is from third parties, not from the official page.")


def describe_total(total: Sum) -> str:
    calls = ngettext("%(number)s call", "%(number)s calls", total.calls) % {"number": formats.exact(total.calls)}
    tokens = _("%(number)s tokens") % {"number": formats.compact(total.tokens.total)}
    return f"{calls} · {tokens} · {total.value}"


def list_presets(question: Question, today: datetime.date) -> list[Link]:
    links = []
    for name, title in periods.NAMES.items():
        period = periods.find_period(name, None, today=today, first_active=today)
        days = (None, None) if name == "all" else (period.first, period.last)
        link = address(question.changed(first=days[0], last=days[1]))
        links.append(Link(_(title), link, (question.first, question.last) == days))
    return links


def list_chosen(question: Question, threads: Mapping[int, str]) -> list[Link]:
    """The filters that are on, each in words and with the address of the page without it."""
    words = {
        "model": question.model,
        "label": question.label,
        "thread": threads.get(question.thread, _("no thread of yours")) if question.thread is not None else "",
        "price": price_choices().get(question.price, ""),
        "long": long_choices().get(question.long, ""),
        "counts": count_choices().get(question.counts, ""),
        "least": at_least(question.least),
        "most": at_most(question.most),
        "days": describe_days(question),
    }
    empty = {"days": {"first": None, "last": None}, "thread": {"thread": None}}
    empty |= {"least": {"least": None}, "most": {"most": None}}
    return [
        Link(text, address(question.changed(**empty.get(name, {name: ""})))) for name, text in words.items() if text
    ]


def at_least(tokens: int | None) -> str:
    return "" if tokens is None else _("at least %(number)s tokens") % {"number": formats.exact(tokens)}


def at_most(tokens: int | None) -> str:
    return "" if tokens is None else _("at most %(number)s tokens") % {"number": formats.exact(tokens)}


def describe_days(question: Question) -> str:
    if question.first and question.last:
        return formats.day_range(question.first, question.last)
    if question.first:
        return _("from %(day)s on") % {"day": formats.day(question.first)}
    return _("up to %(day)s") % {"day": formats.day(question.last)} if question.last else ""


def price_choices() -> dict[str, str]:
    return {
        "priced": _("at an official rate"),
        "estimated": _("at a rate of third parties, or yours"),
        "unpriced": _("without a rate"),
    }


def long_choices() -> dict[str, str]:
    return {"yes": _("long context"), "no": _("not long")}


def count_choices() -> dict[str, str]:
    return {"exact": _("counted exactly"), "estimated": _("count estimated")}


def build_view(view: SavedView, shown: Question) -> View:
    return View(
        view.pk, view.name, reverse("calls") + (f"?{view.query}" if view.query else ""), view.query == shown.query
    )


def list_orders(question: Question, *, is_grouping: bool) -> dict[str, str]:
    """What one can sort by, in words."""
    names = [name for name in titles() if is_grouping or name != "thread"]
    return {sort: sort_words(question.changed(sort=sort)) for name in names for sort in (f"-{name}", name)}


def sort_words(question: Question) -> str:
    """How the table is sorted, for its caption."""
    title = titles()[question.column].lower()
    if question.column == "at":
        return _("newest first") if question.sort == DEFAULT_SORT else _("oldest first")
    if question.column in TEXTS:
        return (
            _("by %(column)s, from Z to A") % {"column": title}
            if question.is_descending
            else (_("by %(column)s, from A to Z") % {"column": title})
        )
    words = _("by %(column)s, largest first") if question.is_descending else _("by %(column)s, smallest first")
    return words % {"column": title}
