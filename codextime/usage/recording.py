"""Which record a withdrawn call belongs to, or one of which less is left: what its owner sees as one line, and decides
about as one.

Who holds an upload token can ask for anything, in any pieces. So what may go without its owner's word is limited over
as long a time as it can be undone in: nothing more than that can be lost, whoever asks and however often.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum

from codextime.accounts.models import User
from codextime.devices.models import Device
from codextime.usage.models import Day, Source, WithdrawalRecord
from codextime.usage.withdrawing import Sums

State = WithdrawalRecord.State

UNDO_WITHIN = datetime.timedelta(days=30)
ONE_LINE_WITHIN = datetime.timedelta(hours=1)  # `forget` takes back a large home in several uploads
FEW_CALLS = 100  # are never too much
MANY_CALLS = 1_000  # always are: the account can be made to look larger by whoever may add to it
LARGEST_SHARE = 20  # a twentieth, of the calls or of the tokens


@dataclass(frozen=True)
class Amount:
    calls: int
    tokens: int

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.calls + other.calls, self.tokens + other.tokens)


def find_state(sums: Mapping[str, Sums], *, user: User, now: datetime.datetime) -> WithdrawalRecord.State:
    """Whether what is asked for is withdrawn now or has to wait, seen together with what went lately without the
    owner's word and with what waits."""
    records = WithdrawalRecord.objects.filter(user=user)
    gone = sum_of(records.filter(state=State.WITHDRAWN, is_approved=False, changed_at__gt=now - UNDO_WITHIN))
    asked = Amount(sum(found.calls for found in sums.values()), sum(found.tokens for found in sums.values()))
    together = asked + gone + sum_of(records.filter(state=State.WAITING))
    if together.calls <= FEW_CALLS:
        return State.WITHDRAWN
    return State.WAITING if together.calls > MANY_CALLS or is_large(together, user, gone) else State.WITHDRAWN


def is_large(part: Amount, user: User, gone: Amount) -> bool:
    """By the days, which lag behind the calls for seconds."""
    days = Day.objects.filter(user=user).aggregate(
        calls=Sum("calls"), input_tokens=Sum("input_tokens"), output_tokens=Sum("output_tokens")
    )
    whole = Amount(days["calls"] or 0, int(days["input_tokens"] or 0) + int(days["output_tokens"] or 0)) + gone
    return LARGEST_SHARE * part.calls > whole.calls or LARGEST_SHARE * part.tokens > whole.tokens


def sum_of(records: QuerySet[WithdrawalRecord]) -> Amount:
    sums = records.aggregate(calls=Sum("calls"), tokens=Sum("tokens"))
    return Amount(sums["calls"] or 0, int(sums["tokens"] or 0))


def record_withdrawals(
    sums: Mapping[str, Sums],
    *,
    state: WithdrawalRecord.State,
    user: User,
    device: Device | None,
    source: Source,
    is_replacement: bool = False,
    now: datetime.datetime,
) -> dict[str, int]:
    """Adds what is withdrawn or asked for now, by reason, to records of the last hour or to new ones; the ids of the
    records. Call it under `lock_uploads`."""
    records = {}
    for reason, found in sums.items():
        whose = {"user": user, "device": device, "source": source, "reason": reason, "is_replacement": is_replacement}
        lately = Q(made_at__gt=now - ONE_LINE_WITHIN, is_approved=False)
        record = WithdrawalRecord.objects.filter(lately, **whose, state=state).first()
        if record is None:
            record = WithdrawalRecord(**whose, state=state, calls=0, tokens=0, made_at=now)
            record.first_on, record.last_on = found.first_on, found.last_on
        add_to(record, [found])
        record.changed_at = now
        record.save()
        records[reason] = record.pk
    return records


def add_to(record: WithdrawalRecord, sums: Iterable[Sums]) -> None:
    for found in sums:
        record.calls += found.calls
        record.tokens += found.tokens
        record.first_on = min(record.first_on, found.first_on)
        record.last_on = max(record.last_on, found.last_on)
