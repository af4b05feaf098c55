"""The shapes of the few rollout lines that counting needs; every other line and field is ignored.

A rollout is JSON Lines written by Codex: `{"timestamp", ["ordinal",] "type", "payload"}`. New types and fields appear
every few weeks, so a shape names only what is used, and a line with another shape is skipped alone.
"""

from typing import Annotated, Any

from msgspec import Meta, Raw, Struct

Tokens = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class Usage(Struct, frozen=True, gc=False):
    """OpenAI's counters. Cached and cache write are parts of input, reasoning of output; the total is as logged."""

    input_tokens: Tokens = 0
    cached_input_tokens: Tokens = 0
    cache_write_input_tokens: Tokens = 0
    output_tokens: Tokens = 0
    reasoning_output_tokens: Tokens = 0
    total_tokens: Tokens = 0


class Session(Struct, frozen=True, gc=False):
    """Payload of `session_meta`. The first one of a file says whose file it is; later ones came with copied history."""

    id: str
    timestamp: str | None = None
    cli_version: Any = None
    forked_from_id: str | None = None
    history_base: Any = None
    subagent_history_start_ordinal: int | None = None
    history_mode: Any = None
    parent_thread_id: Any = None
    source: Any = None

    @property
    def parent(self) -> str | None:
        """The thread that started this one, as a sub-agent or as a fork of it. Older releases tell only in `source`."""
        spawned = self.source
        for name in ("subagent", "thread_spawn", "parent_thread_id"):
            spawned = spawned.get(name) if isinstance(spawned, dict) else None
        found = (self.parent_thread_id, spawned, self.forked_from_id)
        return next((each for each in found if each and isinstance(each, str)), None)


class Turn(Struct, frozen=True, gc=False):
    """Payload of `turn_context` (has a model) and of the event `task_started` (has none)."""

    turn_id: str | None = None
    model: str | None = None


class Record(Struct, frozen=True, gc=False):
    """Payload of `token_usage_record` (Codex 0.153 and later): one model response.

    The running sum is only looked at if no `response_id` names the call.
    """

    usage: Usage
    thread_id: str | None = None
    turn_id: str | None = None
    response_id: str | None = None
    thread_token_usage: Raw = Raw(b"null")


class Totals(Struct, frozen=True, gc=False):
    """`info` of a `token_count`: a running sum and what the writer believes was its last call."""

    total_token_usage: Usage
    last_token_usage: Usage


class Counted(Struct, frozen=True, gc=False):
    """Payload of the event `token_count`. `info` is null as long as the process knows no usage."""

    info: Totals | None = None


class SessionLine(Struct, frozen=True, gc=False):
    payload: Session
    timestamp: str = ""
    ordinal: int | None = None


class TurnLine(Struct, frozen=True, gc=False):
    payload: Turn
    timestamp: str = ""
    ordinal: int | None = None


class RecordLine(Struct, frozen=True, gc=False):
    payload: Record
    timestamp: str = ""
    ordinal: int | None = None


class CountLine(Struct, frozen=True, gc=False):
    payload: Counted
    timestamp: str = ""
    ordinal: int | None = None


Event = SessionLine | TurnLine | RecordLine | CountLine
