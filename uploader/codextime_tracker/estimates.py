"""Why a call is an estimate, in words for its owner."""

from codextime_tracker.counting import FLAG_NAMES

REASONS = {
    "lost_parent": "the log begins with a copy of another's, which is gone or does not prove where the copy ends",
    "migrated": "`codex migrate-rollouts` rewrote the log, and with it what says where a copy ends",
    "gap": "lines of the log are missing, and several calls may be counted as one",
    "no_model": "no line of the log names the model",
    "no_session": "the log's first line is lost, and its file name tells whose it is",
    "no_time": "the call's line has no time that can be read, and has that of the line before",
}


def count_flags(flags: list[tuple[int, int]]) -> dict[str, int]:
    """By name, from flags and the number of calls that have just these; a call with two flags counts for both."""
    numbers = {name: sum(calls for bits, calls in flags if bits >> bit & 1) for bit, name in enumerate(FLAG_NAMES)}
    return {name: number for name, number in numbers.items() if number}
