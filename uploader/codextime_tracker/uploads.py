"""The uploads made of what has to go to one destination. Sends nothing."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from uuid import uuid4

import msgspec

from codextime_tracker import allowlist
from codextime_tracker.call_ids import call_id, thread_key
from codextime_tracker.custom_models import allowed_models
from codextime_tracker.destinations import Destination, new_label
from codextime_tracker.index import Index
from codextime_tracker.stored import Change, PendingUpload, StoredCall

EVERYTHING = -1  # SQLite's LIMIT for "all"
COPIED_AS_THEY_ARE = (
    "at",
    "model",
    "input_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
    "revision",
)
copied_values = attrgetter(*COPIED_AS_THEY_ARE)
TAKE_BACK = {"thread": ""}


@dataclass(frozen=True)
class Upload:
    """What is sent, the changes behind its rows of calls, and the changes that do not fit the contract."""

    envelope: dict[str, Any]
    calls: list[Change]
    withdrawals: list[Change]
    unfit: list[tuple[Change, str]]

    def __len__(self) -> int:
        return len(self.calls) + len(self.withdrawals)

    def encoded(self) -> bytes:
        return msgspec.json.encode(self.envelope)


def build(index: Index, destination: Destination, pending: PendingUpload, label: str | None) -> Upload:
    """The same upload each time, whatever was found since it was begun."""
    changes = index.changes_after(
        pending.after, EVERYTHING, destination.source_key, through=pending.through, as_of=pending.as_of
    )
    names = allowed_models(index)
    grouping = index.find_grouping(str(destination))
    return compose(
        changes, destination, upload_id=pending.upload_id, label=label, allowed_models=names, grouping=grouping
    )


def compose(
    changes: list[Change],
    destination: Destination,
    *,
    upload_id: str,
    label: str | None,
    allowed_models: Collection[str] = (),
    grouping: str | None = None,
) -> Upload:
    """The upload of `changes`, from what the allow-list and its owner let through. `grouping` as `find_grouping`
    tells it; without one, no row says anything of threads."""
    rows: dict[bool, list[allowlist.Row]] = {True: [], False: []}
    sent: dict[bool, list[Change]] = {True: [], False: []}
    unfit: list[tuple[Change, str]] = []
    for change in changes:
        is_withdrawal = change.kind == "withdrawn"
        values = values_of(change, destination.user_id)
        if grouping is not None:
            values |= threads_of(change.call, destination.user_id) if grouping else TAKE_BACK
        try:
            row = allowlist.withdrawal_row(values) if is_withdrawal else allowlist.call_row(values, allowed_models)
        except allowlist.NotAllowed as error:
            unfit.append((change, f"{error.field}_not_allowed"))
            continue
        rows[is_withdrawal].append(row)
        sent[is_withdrawal].append(change)
    envelope = allowlist.envelope(
        upload_id=upload_id,
        user=destination.user_id,
        source=destination.source_key,
        label=label,
        calls=rows[False],
        withdrawals=rows[True],
    )
    return Upload(envelope, sent[False], sent[True], unfit)


def values_of(change: Change, user_id: str) -> dict[str, Any]:
    """The values that the allow-list chooses from."""
    call = change.call
    known = dict(zip(COPIED_AS_THEY_ARE, copied_values(call), strict=True))
    identity = call_id(user_id=user_id, thread_id=call.thread_id, identity=call.identity)
    return {**known, "id": identity, "reason": change.reason}


def threads_of(call: StoredCall, user_id: str) -> dict[str, Any]:
    parent = call.parent_thread_id
    return {
        "thread": thread_key(user_id=user_id, thread_id=call.thread_id),
        "parent_thread": thread_key(user_id=user_id, thread_id=parent) if parent else None,
    }


def preview(index: Index, destination: Destination, label: str | None) -> Iterator[dict[str, Any]]:
    """The envelopes that `deliver` would send, without noting anything."""
    pending = index.find_pending_upload(str(destination))
    cursor = index.cursor(str(destination))
    label = new_label(index, destination, label)
    if pending is not None:
        yield build(index, destination, pending, label).envelope
        cursor, label = pending.through, None
    names, grouping = allowed_models(index), index.find_grouping(str(destination))
    while changes := index.changes_after(cursor, allowlist.limit("calls"), destination.source_key):
        upload_id = uuid4().hex
        yield compose(
            changes, destination, upload_id=upload_id, label=label, allowed_models=names, grouping=grouping
        ).envelope
        cursor, label = changes[-1].number, None
    if label is not None:
        yield compose([], destination, upload_id=uuid4().hex, label=label).envelope
