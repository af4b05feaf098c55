"""Which record a withdrawn call belongs to: what its owner sees as one line, and undoes as one."""

import datetime
from collections.abc import Mapping

from codextime.accounts.models import User
from codextime.devices.models import Device
from codextime.usage.models import Source, WithdrawalRecord
from codextime.usage.withdrawing import Sums

ONE_LINE_WITHIN = datetime.timedelta(hours=1)  # `forget` takes back a large home in several uploads


def record_withdrawals(
    sums: Mapping[str, Sums], *, user: User, device: Device | None, source: Source, now: datetime.datetime
) -> dict[str, int]:
    """Adds what is withdrawn now, by reason, to records of the last hour or to new ones; the ids of the records.

    Call it under `lock_uploads`.
    """
    records = {}
    for reason, found in sums.items():
        whose = {"user": user, "device": device, "source": source, "reason": reason}
        state = WithdrawalRecord.State.WITHDRAWN
        record = WithdrawalRecord.objects.filter(**whose, state=state, made_at__gt=now - ONE_LINE_WITHIN).first()
        if record is None:
            record = WithdrawalRecord(**whose, state=state, calls=0, tokens=0, made_at=now)
            record.first_on, record.last_on = found.first_on, found.last_on
        record.calls += found.calls
        record.tokens += found.tokens
        record.first_on, record.last_on = min(record.first_on, found.first_on), max(record.last_on, found.last_on)
        record.changed_at = now
        record.save()
        records[reason] = record.pk
    return records
