"""What programs read, but for totals; and what the settings show of read tokens."""

import datetime
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Min, Q, QuerySet

from codextime.accounts.models import User
from codextime.boards.models import Listing
from codextime.dashboard.freshness import read_freshness, with_freshness
from codextime.dashboard.periods import ONE_DAY, midnight
from codextime.dashboard.selectors import name_sources
from codextime.lib.spreadsheets import Value
from codextime.programs.models import ReadToken
from codextime.programs.queries import CallsQuery, Page, Place, write_cursor
from codextime.programs.tables import Table
from codextime.usage.models import EXACT_REVISION, TOKEN_FIELDS, Call, Correction, Day
from codextime.usage.selectors import corrections, sources

CALL_COLUMNS = ("id", "at", "model", "label", *TOKEN_FIELDS, "revision", "is_estimate", "thread")
CORRECTION_COLUMNS = (
    *("made_at", "id", "at", "model", "tokens_before", "tokens_after", "reason", "revision", "counter_version"),
)


def list_read_tokens(*, user: User) -> QuerySet[ReadToken]:
    """The user's tokens, the newest first; then those that were revoked, the last one first."""
    return ReadToken.objects.filter(user=user).order_by(F("revoked_at").desc(nulls_first=True), "-created_at", "-pk")


def get_calls(*, user: User, query: CallsQuery) -> Table:
    """A page of the calls that count, oldest first."""
    names = name_sources(sources(user=user).values_list("pk", "label"))
    calls = choose_calls(user, query, names).order_by("at", "call_id")
    columns = ("call_id", "at", "model__name", "source_id", *TOKEN_FIELDS, "revision", "thread__key")
    found = list(calls.values_list(*columns)[: query.page.limit + 1])
    shown = found[: query.page.limit]
    rows = [
        [
            *(call_id.hex, instant(at), model, names.get(source), *tokens, revision, revision < EXACT_REVISION),
            thread and thread.hex,
        ]
        for call_id, at, model, source, *tokens, revision, thread in shown
    ]
    following = Place(shown[-1][1], shown[-1][0].int) if len(found) > len(shown) else None
    return make_page(user, CALL_COLUMNS, rows, following)


def choose_calls(user: User, query: CallsQuery, names: Mapping[int, str]) -> QuerySet[Any]:
    choice, after = query.choice, query.page.after
    calls = Call.objects.filter(user=user, withdrawn_at=None)
    calls = narrow(calls, models=choice.models, labels=choice.labels, source_names=names)
    if choice.first:
        calls = calls.filter(at__gte=midnight(choice.first, user.zone))
    if choice.last:
        calls = calls.filter(at__lt=midnight(choice.last + ONE_DAY, user.zone))
    if after:
        calls = calls.filter(Q(at__gt=after.at) | Q(call_id__gt=UUID(int=after.key)), at__gte=after.at)
    return calls


def narrow(
    rows: QuerySet[Any], *, models: Collection[str], labels: Collection[str], source_names: Mapping[int, str]
) -> QuerySet[Any]:
    """Those of these models and labels; no names mean all. A source without a label has the name it is shown by."""
    if models:
        rows = rows.filter(model__name__in=models)
    if labels:
        rows = rows.filter(source__in=[pk for pk, name in source_names.items() if name in labels])
    return rows


def get_corrections(*, user: User, page: Page) -> Table:
    """A page of the ledger, newest first."""
    ledger = corrections(user=user)
    if page.after:
        at, key = page.after
        ledger = ledger.filter(Q(made_at__lt=at) | Q(pk__lt=key), made_at__lte=at)
    found = list(ledger[: page.limit + 1])
    shown = found[: page.limit]
    rows = [as_cells(line) for line in shown]
    following = Place(shown[-1].made_at, shown[-1].pk) if len(found) > len(shown) else None
    return make_page(user, CORRECTION_COLUMNS, rows, following)


def as_cells(line: Correction) -> list[Value]:
    """In the order of `CORRECTION_COLUMNS`."""
    counter_version = line.revision % EXACT_REVISION
    return [
        *(instant(line.made_at), line.call_id.hex, instant(line.at), line.model.name),
        *(line.tokens_before, line.tokens_after, line.reason, line.revision, counter_version),
    ]


def make_page(user: User, columns: Collection[str], rows: list[list[Any]], following: Place | None) -> Table:
    cursor = write_cursor(following) if following else None
    return Table([*columns], rows, {"user": user.public_id, "next": cursor})


def get_profile(*, user: User, now: datetime.datetime) -> dict[str, Any]:
    """What an account says of itself, and how fresh its figures are."""
    fresh = read_freshness(with_freshness(User.objects.filter(pk=user.pk)).get(), now)
    days = Day.objects.filter(user=user).aggregate(first=Min("on"), last=Max("on"))
    labels = name_sources(sources(user=user).values_list("pk", "label")).values()
    listing = Listing.objects.filter(user=user).first()
    return {
        "user": user.public_id,
        "time_zone": user.time_zone,
        "today": fresh.today.isoformat(),
        "handle": listing and listing.handle,
        "session_grouping_since": user.session_grouping_since and instant(user.session_grouping_since),
        "labels": sorted(set(labels)),
        "first_day": days["first"] and days["first"].isoformat(),
        "last_day": days["last"] and days["last"].isoformat(),
        "uploaded_at": fresh.uploaded_at and instant(fresh.uploaded_at),
        "dates_being_rebuilt": fresh.dirty_dates,
        "calls_waiting_to_be_withdrawn": fresh.waiting_calls,
    }


def instant(at: datetime.datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
