"""What was withdrawn, in words that are ready to print."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from codextime.lib import counts, formats
from codextime.usage.decisions import can_be_undone, undo_until
from codextime.usage.models import Correction, WithdrawalRecord

Reason, State = Correction.Reason, WithdrawalRecord.State

WHY: dict[str, str] = {
    Reason.RECOUNTED: gettext_noop("A newer count of the same logs leaves them out."),
    Reason.COMPLETED: gettext_noop("Logs that tell more than before leave them out."),
    Reason.COPIED_HISTORY: gettext_noop("They were copied history of another thread."),
    Reason.DUPLICATE: gettext_noop("They had been counted twice."),
    Reason.IMPOSSIBLE: gettext_noop("They cannot have happened."),
    Reason.FORGOTTEN: gettext_noop("“forget” was run on that machine."),
}
WHY_FEWER: dict[str, str] = {
    Reason.RECOUNTED: gettext_noop("A newer count of the same logs finds fewer tokens in them."),
    Reason.COMPLETED: gettext_noop("Logs that tell more than before hold fewer tokens."),
}
OTHER_WHY_FEWER = gettext_noop("A machine sent lower figures for them.")
STATES: dict[str, str] = {
    State.WAITING: gettext_noop("waits for you"),
    State.APPROVED: gettext_noop("being carried out"),
    State.DECLINING: gettext_noop("kept"),
    State.DECLINED: gettext_noop("kept"),
    State.UNDOING: gettext_noop("being brought back"),
    State.UNDONE: gettext_noop("brought back"),
    State.FINAL: gettext_noop("final"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One withdrawal. `undo_until` is `None` if it cannot be undone; the state is empty while that says all. One that
    waits can be decided."""

    id: int
    calls: str
    tokens: str
    exact_tokens: str
    dates: str
    why: str
    machine: str
    source: str
    made_at: datetime.datetime
    changed_at: datetime.datetime
    state: str
    undo_until: datetime.datetime | None
    is_waiting: bool
    is_replacement: bool  # the calls stay, with fewer tokens


def build_lines(records: Iterable[WithdrawalRecord], *, now: datetime.datetime) -> list[Line]:
    return [build_line(record, now=now) for record in records]


def build_line(record: WithdrawalRecord, *, now: datetime.datetime) -> Line:
    can_undo = can_be_undone(record, now=now)
    return Line(
        id=record.pk,
        calls=counts.calls(record.calls),
        tokens=formats.compact(record.tokens),
        exact_tokens=formats.exact(record.tokens),
        dates=formats.day_range(record.first_on, record.last_on),
        why=_(WHY_FEWER.get(record.reason, OTHER_WHY_FEWER) if record.is_replacement else WHY[record.reason]),
        machine=record.device.name if record.device else _("a machine that is gone"),
        source=str(record.source),
        made_at=record.made_at,
        changed_at=record.changed_at,
        state="" if can_undo else _(STATES.get(record.state, STATES[State.FINAL])),
        undo_until=undo_until(record) if can_undo else None,
        is_waiting=record.state == State.WAITING,
        is_replacement=record.is_replacement,
    )
