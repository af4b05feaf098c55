"""What the pages of calls read."""

import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from codextime.accounts.models import User
from codextime.dashboard import sums
from codextime.dashboard.calls import prices, reading
from codextime.dashboard.calls.export import Sheet
from codextime.dashboard.calls.narrowing import Reading, has_range
from codextime.dashboard.calls.one_call import CallPage, CallReading, build_call
from codextime.dashboard.calls.page import CALLS_PER_PAGE, Page, build_page
from codextime.dashboard.calls.question import Question
from codextime.dashboard.calls.reading import CallRow
from codextime.dashboard.models import SavedView
from codextime.dashboard.periods import ONE_DAY, midnight
from codextime.dashboard.priced_rows import sum_priced
from codextime.dashboard.selectors import name_sources
from codextime.dashboard.thresholds import find_thresholds
from codextime.pricing.rates import RateBook
from codextime.pricing.selectors import get_book
from codextime.usage.models import Call, Day, ThreadTotal
from codextime.usage.selectors import corrections, sources
from codextime.usage.thread_names import name_thread
from codextime.usage.thread_selectors import name_all_threads, name_threads

MOST_CORRECTIONS = 20
# Totals do not know yet what is on a date that waits for its rebuild.
MODELS = """
SELECT id, name FROM usage_modelname WHERE id IN (
    SELECT model_id FROM usage_day WHERE user_id = %(user)s
    UNION SELECT model_id FROM (SELECT DISTINCT "on" FROM usage_dirtydate WHERE user_id = %(user)s) AS dirty
    CROSS JOIN LATERAL (
        SELECT DISTINCT model_id FROM usage_call WHERE user_id = %(user)s AND withdrawn_at IS NULL
            AND at >= "on"::timestamp AT TIME ZONE 'UTC' AND at < ("on" + 1)::timestamp AT TIME ZONE 'UTC' OFFSET 0
    ) AS call
)
"""


def get_calls(*, user: User, question: Question, now: datetime.datetime) -> Page:
    """A page of the user's calls that count."""
    book = get_book(user)
    asked = make_reading(user, question, book)
    found = reading.read_page(asked, limit=CALLS_PER_PAGE + 1)
    return build_page(
        found,
        question=question,
        labels=asked.labels,
        threads=read_threads(user, question, found),
        models=sorted(asked.models.values()),
        book=book,
        user=user,
        now=now,
        total=sum_days(asked, user, book),
        views=list(SavedView.objects.filter(user=user).order_by("name", "pk")),
        has_any=bool(found) or bool(asked.models),
    )


def read_threads(user: User, question: Question, found: list[CallRow]) -> dict[int, str]:
    """The names of the threads that the page shows."""
    if user.session_grouping_since is None:
        return {}
    thread_ids = {row.thread_id for row in found if row.thread_id} | ({question.thread} if question.thread else set())
    return name_threads(user=user, thread_ids=thread_ids)


def get_sheet(*, user: User, question: Question) -> Sheet:
    """All calls that are asked for, to be written to a file while they are read."""
    book = get_book(user)
    asked = make_reading(user, question, book)
    threads = name_all_threads(user_id=user.pk) if user.session_grouping_since else {}
    return Sheet(rows=lambda: reading.stream(asked), labels=asked.labels, threads=threads, book=book)


def make_reading(user: User, question: Question, book: RateBook) -> Reading:
    models = read_models(user)
    return Reading(
        user_id=user.pk,
        question=question,
        models=models,
        labels=name_sources(sources(user=user).values_list("pk", "label")),
        cells=prices.find_cells(models, book),
        start=midnight(question.first, user.zone) if question.first else None,
        end=midnight(question.last + ONE_DAY, user.zone) if question.last else None,
    )


def read_models(user: User) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(MODELS, {"user": user.pk})
        return dict(cursor.fetchall())


def sum_days(asked: Reading, user: User, book: RateBook) -> sums.Sum | None:
    """The sum of all calls that are asked for; `None` where days cannot tell it."""
    question = asked.question
    if question.price or question.counts or question.thread is not None or has_range(question):
        return None
    days = Day.objects.filter(user=user)
    if question.first:
        days = days.filter(on__gte=question.first)
    if question.last:
        days = days.filter(on__lte=question.last)
    if question.model:
        days = days.filter(model__in=asked.parameters["models"])
    if question.label:
        days = days.filter(source__in=asked.parameters["sources"])
    if question.long:
        days = days.filter(is_long_context=question.long == "yes")
    total = sums.Sum()
    for _, _, sum_ in sum_priced(days, book=book):
        total.add(sum_)
    return total


def get_call(*, user: User, call_id: UUID) -> CallPage:
    """One call of the user, with those before and behind it in its thread. `Http404` if the user has no such call."""
    rows = Call.objects.select_related("model", "thread").filter(user=user)
    call = get_object_or_404(rows, call_id=call_id)
    is_grouping = user.session_grouping_since is not None
    in_thread = rows.filter(thread=call.thread_id, withdrawn_at=None) if call.thread_id and call.at else None
    labels = name_sources(sources(user=user).values_list("pk", "label"))
    return build_call(
        CallReading(
            call=call,
            label=labels.get(call.source_id or 0, ""),
            thread_name=name_thread(call.thread.key, call.thread.name) if call.thread else "",
            thread_tokens=find_thread_tokens(user, call.thread_id),
            previous=find_before(in_thread, call),
            following=find_behind(in_thread, call),
            corrections=list(corrections(user=user).filter(call_id=call_id)[:MOST_CORRECTIONS]),
            book=get_book(user),
            thresholds=find_thresholds(user=user),
            is_grouping=is_grouping,
        )
    )


def find_thread_tokens(user: User, thread_id: int | None) -> int | None:
    total = ThreadTotal.objects.filter(user=user, thread=thread_id).first() if thread_id else None
    return total.input_tokens + total.output_tokens if total else None


def find_before(calls: QuerySet[Call] | None, call: Call) -> Call | None:
    if calls is None:
        return None
    earlier = calls.filter(Q(at__lt=call.at) | Q(call_id__lt=call.call_id), at__lte=call.at)
    return earlier.order_by("-at", "-call_id").first()


def find_behind(calls: QuerySet[Call] | None, call: Call) -> Call | None:
    if calls is None:
        return None
    later = calls.filter(Q(at__gt=call.at) | Q(call_id__gt=call.call_id), at__gte=call.at)
    return later.order_by("at", "call_id").first()
