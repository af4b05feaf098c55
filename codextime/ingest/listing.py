"""What a tracker asks when it compares its index with the server: which calls are there, in which reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict

from codextime.accounts.models import User
from codextime.ingest.contract import MAXIMUM_CALLS, is_key
from codextime.ingest.decoding import UploadInvalid
from codextime.usage.selectors import list_calls

MOST_SOURCES = 50


@dataclass(frozen=True)
class Listing:
    """A page: calls with ids behind `after`, of these sources, or of all."""

    after: UUID | None
    source_keys: list[UUID]


def decode_listing(query: QueryDict) -> Listing:
    """Raises `UploadInvalid`."""
    after, sources = query.getlist("after"), query.getlist("source")
    refuse_unknown(set(query) - {"after", "source"})
    if len(after) > 1 or not all(map(is_key, after)):
        raise UploadInvalid("“after” is the last id of the page before: 32 hexadecimal digits.", "after")
    if len(sources) > MOST_SOURCES or not all(map(is_key, sources)):
        raise UploadInvalid(f"“source” is a source's key: 32 hexadecimal digits; at most {MOST_SOURCES}.", "source")
    return Listing(UUID(after[0]) if after else None, [UUID(key) for key in sources])


def refuse_unknown(names: set[str]) -> None:
    if names:
        raise UploadInvalid("There is “after” and “source”, and nothing else.")


def list_page(*, user: User, listing: Listing) -> dict[str, Any]:
    """One page in the shape of the contract; `next` is where the following one starts, if there may be one."""
    rows = list_calls(user=user, after=listing.after, source_keys=listing.source_keys, limit=MAXIMUM_CALLS)
    return {"user": user.public_id, "calls": [as_listed(row) for row in rows], "next": next_after(rows)}


def as_listed(row: tuple[UUID, int, object]) -> dict[str, Any]:
    call_id, revision, withdrawn_at = row
    return {"id": call_id.hex, "revision": revision, "is_withdrawn": withdrawn_at is not None}


def next_after(rows: Sequence[tuple[UUID, int, object]]) -> str | None:
    return rows[-1][0].hex if len(rows) == MAXIMUM_CALLS else None
