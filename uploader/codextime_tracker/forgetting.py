"""Takes back everything that a source sent, for good: a new scan does not bring it back, on whatever machine.

What is much waits for its owner's word in the browser. The server keeps each id as a tombstone of the highest revision.
What the index found until now counts as sent, so that a later run sends only what is used from now on.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from codextime_tracker import allowlist
from codextime_tracker.addresses import own_page
from codextime_tracker.client import Client
from codextime_tracker.delivery import send
from codextime_tracker.destinations import Destination
from codextime_tracker.exits import Stopped, UsageRefused
from codextime_tracker.index import Index
from codextime_tracker.opening import opened
from codextime_tracker.sync import Options, connected, find_access, forget_token
from codextime_tracker.terminal import count
from codextime_tracker.uploads import Upload

HIGHEST_REVISION = 511
REASON = "forgotten"


class NotConfirmed(UsageRefused):
    """The owner did not type what was asked for."""


@dataclass(frozen=True)
class Forgotten:
    """In calls: what was asked for, and what of that is only taken back once the owner agrees on `page`."""

    server: str
    calls: int
    waiting: int = 0
    page: str = ""


def forget(options: Options, *, confirm: Callable[[str], bool], sleep: Callable[[float], None]) -> Forgotten:
    """Raises `NotConfirmed` unless `confirm` agrees to what it is shown, and `Stopped` in its other kinds."""
    server, token = find_access(options)
    if token is None:
        raise UsageRefused(f"This machine is not paired with {options.user_id} on {server}: nothing was sent to it.")
    with opened(options.index) as index:
        destinations = [Destination(str(server), options.user_id, key) for key in source_keys(index, options.homes)]
        try:
            with connected(options, server, sleep) as client:
                return forget_all(index, destinations, client, token, confirm)
        except Stopped as stopped:
            forget_token(options, server, stopped)
            raise


def forget_all(
    index: Index, destinations: list[Destination], client: Client, token: str, confirm: Callable[[str], bool]
) -> Forgotten:
    counting = {each: list(counted_calls(client, token, each)) for each in destinations}
    number = sum(map(len, counting.values()))
    if number and not confirm(question(number, str(client.server))):
        raise NotConfirmed("That was not it, so nothing was changed.")
    limit, waiting, page = allowlist.limit("withdrawals"), 0, ""
    for destination, ids in counting.items():
        for start in range(0, len(ids), limit):
            receipt = send(client, token, withdrawal_of(ids[start : start + limit], destination))
            waiting += receipt.waiting
            page = own_page(client.server, receipt.withdrawals_url, "withdrawals")
        index.forget_before(str(destination), index.last_change())
    return Forgotten(str(client.server), number, waiting, page)


def source_keys(index: Index, homes: list[Path]) -> list[str]:
    """Of these Codex homes, also if they are gone. Raises `UsageRefused` if none was ever read."""
    found = [index.find_source_key(home) for home in homes]
    keys = [key for key in found if key is not None]
    if not keys:
        raise UsageRefused(
            f"Nothing of {homes[0]} was ever sent from here. Name another Codex home with --codex-home DIR."
        )
    return keys


def counted_calls(client: Client, token: str, destination: Destination) -> Iterator[str]:
    """The ids of what the server counts of the source."""
    for page in client.list_calls(token=token, user_id=destination.user_id, source=destination.source_key):
        yield from (call.id for call in page.calls if not call.is_withdrawn)


def withdrawal_of(ids: list[str], destination: Destination) -> Upload:
    rows = [allowlist.withdrawal_row({"id": id_, "revision": HIGHEST_REVISION, "reason": REASON}) for id_ in ids]
    envelope = allowlist.envelope(
        upload_id=uuid4().hex,
        user=destination.user_id,
        source=destination.source_key,
        label=None,
        calls=[],
        withdrawals=rows,
    )
    return Upload(envelope, [], [], [])


def question(number: int, server: str) -> str:
    return (
        f"This takes back {count(number, 'call')} that this Codex home sent to {server}: they count nowhere any more, "
        "and no run sends them again. Other Codex homes and other machines keep theirs. The server may ask "
        "you in the browser first, and there you can bring it back for 30 days."
    )
