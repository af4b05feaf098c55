"""Recognises a fork that `codex migrate-rollouts` rewrote: it holds the parent's calls but no longer names the parent.

Only likeness is left: the same first prompt as an older thread, the same running sums from the start, and all of them
written in one burst. What is found so is an estimate.
"""

from msgspec import DecodeError
from msgspec.json import decode

from codextime_tracker.copies import common_totals


def first_prompt(path: str) -> str | None:
    """The last text that the user sent before any usage was logged; `None` if there is none or it cannot be read."""
    prompt = None
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- the path can hold bytes that are no text
            for line in file:
                try:
                    parsed = decode(line)
                    payload = parsed["payload"]
                    if payload.get("type") == "token_count" or parsed["type"] == "token_usage_record":
                        break
                    if parsed["type"] == "response_item" and payload.get("role") == "user":
                        prompt = "".join(part.get("text", "") for part in payload["content"])
                except (DecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError):
                    continue
    except OSError:
        return None
    return prompt


def likely_common_totals(own: bytes, path: str, older: list[tuple[str | None, bytes]]) -> int:
    """How many of the file's running sums are those of the likeliest of the `older` threads; 0 if none is like it."""
    prompt = first_prompt(path)
    best = 0
    for other, totals in older:
        common = common_totals(own, totals)
        if common > best and (other is None or first_prompt(other) == prompt):
            best = common
    return best
