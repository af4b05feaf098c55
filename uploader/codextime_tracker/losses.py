"""What of a rollout could not be counted, in words for its owner."""

from __future__ import annotations

from codecs import BOM_UTF8

from codextime_tracker.compression import Decompressed
from codextime_tracker.rollout import CHUNK_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

    from codextime_tracker.passes import Pass
    from codextime_tracker.rollout import Reading

UNFINISHED = "its last line is not finished yet; it is read next time"
UNFINISHED_FOR_EVER = "its last line is not finished and was left out"  # nobody writes on in a compressed file
NO_JSON = "it is not a rollout: its first line is no JSON"
CUT_OFF = "its end is missing, as the compressed file was cut off; what comes before was counted"


def find_losses(turn: Pass) -> list[str]:
    """In the file of a finished pass."""
    reading = turn.reading
    undated = turn.counter.undated if turn.counter else 0
    losses = [
        left_out(reading.bad_lines, "damaged line"),
        left_out(reading.long_lines, "line", " of more than 64 MiB"),
        left_out(undated, "call", " without any time"),
    ]
    return [loss for loss in (*losses, problem_with_end(reading)) if loss]


def left_out(number: int, noun: str, what: str = "") -> str:
    if not number:
        return ""
    whom = f"{noun}{what} was" if number == 1 else f"{noun}s{what} were"
    return f"{number:,} {whom} left out; what else there is was counted"


def problem_with_end(reading: Reading) -> str:
    if isinstance(reading.source, Decompressed):
        if reading.source.is_cut_off():
            return CUT_OFF
        return UNFINISHED_FOR_EVER if reading.is_unfinished else ""
    return UNFINISHED if reading.is_unfinished else ""


def why_no_rollout(reading: Reading, raw: BinaryIO) -> str:
    """Why a file without anything to count is not one of an old Codex, which logged no usage; empty if it is."""
    problem = problem_with_end(reading)
    raw.seek(0)
    source = Decompressed(raw) if isinstance(reading.source, Decompressed) else raw
    starts_as_json = source.read(CHUNK_BYTES).removeprefix(BOM_UTF8).lstrip().startswith(b"{")
    return problem if starts_as_json or problem == CUT_OFF else NO_JSON
