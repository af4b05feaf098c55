"""Brings one source's changes to one destination: in order, in uploads of bounded size, each known before it is sent.

An upload's id and range are written down first and the cursor moves after the receipt. Whatever happens in between, the
next run builds the same bytes again and the server stores them once.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import uuid4

from codextime_tracker import allowlist
from codextime_tracker.answers import Receipt
from codextime_tracker.background import InBackground
from codextime_tracker.client import Client
from codextime_tracker.custom_models import allowed_models
from codextime_tracker.destinations import Destination, new_label, refused_that_may_pass
from codextime_tracker.failures import UploadIdTaken, UploadTooLarge
from codextime_tracker.index import Index
from codextime_tracker.receipts import ReceiptImpossible, check_receipt
from codextime_tracker.stored import PendingUpload
from codextime_tracker.terminal import plain
from codextime_tracker.uploads import Upload, build, compose


class Ready(NamedTuple):
    """An upload, its id and its range. `fresh_label` is the label that it carries, if it carries one."""

    pending: PendingUpload
    upload: Upload
    fresh_label: str | None = None


@dataclass
class Delivered:
    """What became of the changes of one run, summed over its uploads."""

    sent: int = 0
    added: int = 0
    replaced: int = 0
    already_there: int = 0
    withdrawn: int = 0
    waiting: int = 0
    replacements_waiting: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    uploads: int = 0
    dashboard_url: str = ""
    withdrawals_url: str = ""

    def add(self, upload: Upload, receipt: Receipt) -> None:
        self.uploads += 1
        self.sent += len(upload)
        self.added += receipt.added
        self.replaced += receipt.replaced
        self.already_there += receipt.already_there
        self.withdrawn += receipt.withdrawn
        self.waiting += receipt.waiting
        self.replacements_waiting += receipt.replacements_waiting
        self.dashboard_url = receipt.dashboard_url
        self.withdrawals_url = receipt.withdrawals_url


def deliver(
    index: Index,
    destination: Destination,
    *,
    client: Client,
    token: str,
    label: str | None,
    now: datetime,
    delivered: Delivered,
    progress: Callable[[int], None],
) -> None:
    """Sends all that is new, and adds to `delivered` after each receipt. Raises the client's errors."""
    offer_again(index, destination, client, token, now, delivered)
    limit, has_conflicted = allowlist.limit("calls"), False
    ahead: Ready | None = None
    while (ready := next_upload(index, destination, label, limit, ahead)) is not None:
        upload, ahead = ready.upload, None
        try:
            sending = InBackground(partial(send, client, token, upload))
            following = prepare(index, destination, ready.pending, limit)
            receipt = sending.wait()
        except ReceiptImpossible:
            # The server would repeat its receipt for this id. Call ids make a second upload safe.
            index.abandon_upload(str(destination))
            raise
        except UploadIdTaken:
            # An earlier run sent other bytes under this id, perhaps another label.
            index.abandon_upload(str(destination))
            if has_conflicted:
                raise
            has_conflicted = True
        except UploadTooLarge:
            index.abandon_upload(str(destination))
            limit = len(upload) // 2
            if limit == 0:
                raise
        else:
            keep_refusals(index, destination, upload, receipt, delivered)
            index.acknowledge(str(destination), ready.pending.through)
            if ready.fresh_label is not None:
                index.remember_label(str(destination), ready.fresh_label)
            delivered.add(upload, receipt)
            progress(len(upload))
            ahead = following
    if index.find_grouping(str(destination)) == "":  # all of it was taken back
        index.forget_grouping(str(destination))


def send(client: Client, token: str, upload: Upload) -> Receipt:
    """Raises the client's errors and `ReceiptImpossible`."""
    receipt = client.upload(token=token, body=upload.encoded())
    check_receipt(receipt, upload, server=str(client.server))
    return receipt


def next_upload(
    index: Index, destination: Destination, label: str | None, limit: int, ahead: Ready | None
) -> Ready | None:
    """The upload that an earlier run began, else the one `ahead` or a new one, written down; `None` if everything was
    acknowledged."""
    name = str(destination)
    if ahead is not None:
        index.begin_upload(name, ahead.pending.upload_id, ahead.pending.through)
        return ahead
    fresh_label = new_label(index, destination, label)
    pending = index.find_pending_upload(name)
    if pending is None:
        cursor = index.cursor(name)
        through = index.reach(cursor, limit, destination.source_key)
        if through is None and fresh_label is None:
            return None
        pending = index.begin_upload(name, uuid4().hex, cursor if through is None else through)
    return Ready(pending, build(index, destination, pending, fresh_label), fresh_label)


def prepare(index: Index, destination: Destination, pending: PendingUpload, limit: int) -> Ready | None:
    """What follows `pending`, if anything does: made while the server stores that, and not written down yet.

    Without a label, as `pending` carries a new one.
    """
    through = index.reach(pending.through, limit, destination.source_key)
    if through is None:
        return None
    following = PendingUpload(uuid4().hex, pending.through, through, index.last_change())
    return Ready(following, build(index, destination, following, None))


def keep_refusals(
    index: Index, destination: Destination, upload: Upload, receipt: Receipt, delivered: Delivered
) -> None:
    """Notes what was not stored and why; it stays in the index."""
    parts = {"calls": upload.calls, "withdrawals": upload.withdrawals}
    refused = list(upload.unfit)
    refused += [(parts[row.part][row.index], plain(row.reason, longest=80)) for row in receipt.refused]
    for change, reason in refused:
        index.record_refusal(str(destination), change.number, reason)
        delivered.refused[reason] += 1


def offer_again(
    index: Index, destination: Destination, client: Client, token: str, now: datetime, delivered: Delivered
) -> None:
    """Offers such calls once more. Not written down before: if the receipt is lost, the next run does the same."""
    limit = allowlist.limit("calls")
    names, grouping = allowed_models(index), index.find_grouping(str(destination))
    due = refused_that_may_pass(index, destination, now)
    for start in range(0, len(due), limit):
        some = due[start : start + limit]
        upload = compose(some, destination, upload_id=uuid4().hex, label=None, allowed_models=names, grouping=grouping)
        receipt = send(client, token, upload)
        for change in upload.calls:
            index.forgive_refusal(str(destination), change.number)
        keep_refusals(index, destination, upload, receipt, delivered)
        delivered.add(upload, receipt)
