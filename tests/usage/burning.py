"""Stores calls as an upload does and rebuilds the totals, as a worker does."""

import datetime
import itertools
import uuid
from collections.abc import Sequence

from codextime.accounts.models import User
from codextime.usage.readings import CallReading
from codextime.usage.services import rebuild_dirty_dates, store_calls

numbers = itertools.count(1)
SOURCE = uuid.UUID("5f0c2c56-6c0e-4b52-9b6d-7a4ff1a3a001")


def call(
    at: str | datetime.datetime,
    model: str = "gpt-5.4",
    tokens: tuple[int, int, int, int, int] = (1000, 600, 0, 200, 50),
) -> CallReading:
    """One exact reading; `tokens` as OpenAI's fields come: input, cached, cache write, output, reasoning."""
    moment = datetime.datetime.fromisoformat(at) if isinstance(at, str) else at
    return CallReading(next(numbers).to_bytes(16), moment, *tokens, model=model, revision=257)


def burn(
    user: User, *calls: CallReading, label: str = "", source: uuid.UUID = SOURCE, is_rebuilt: bool = True
) -> Sequence[CallReading]:
    now = max(call.at for call in calls)
    store_calls(user=user, device=None, source_key=source, label=label, calls=calls, now=now)
    if is_rebuilt:
        rebuild_dirty_dates(user_id=user.pk)
    return calls
