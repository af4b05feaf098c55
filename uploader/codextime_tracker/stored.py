"""What the index tells of calls, uploads and sums. Apart from it: a scan asks for none of these."""

from msgspec import Struct


class StoredCall(Struct, frozen=True, gc=False):
    """A call as the index holds it. `model` is `None` if no line named it; `flags` as in `counting`.
    `parent_thread_id` is the thread that started this one; empty if none did, `None` if nobody looked.

    `is_file_gone` (1 or 0), which only `Index.calls` tells: its rollout is not there any more.
    """

    thread_id: str
    identity: str
    at: str
    model: str | None
    input_tokens: int
    cached_input_tokens: int
    cache_write_input_tokens: int
    output_tokens: int
    reasoning_output_tokens: int
    logged_total_tokens: int
    file_name: str
    flags: int
    revision: int
    source_key: str
    parent_thread_id: str | None = None
    is_file_gone: int = 0


class Change(Struct, frozen=True):
    """`kind` is added, replaced or withdrawn; the latter two have a `reason`, one of the contract's words."""

    number: int
    kind: str
    call: StoredCall
    reason: str | None


class PendingUpload(Struct, frozen=True):
    """An upload without a receipt yet: the changes above `after` up to `through`, as they were at `as_of`."""

    upload_id: str
    after: int
    through: int
    as_of: int


class Totals(Struct, frozen=True):
    """What the index counts: calls, input + output tokens, and how many of the calls are estimates."""

    calls: int
    tokens: int
    estimated_calls: int
