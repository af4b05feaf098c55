"""Small Codex homes, in the format of Codex 0.169."""

import json
from pathlib import Path
from typing import Any

THREAD = "01a1fbca-a638-7000-8000-000000000001"


def usage(number: int, **changes: int) -> dict[str, int]:
    """Counts that differ from call to call."""
    counts = {
        "input_tokens": 1000 + number,
        "cached_input_tokens": 100,
        "cache_write_input_tokens": 10,
        "output_tokens": 50,
        "reasoning_output_tokens": 7,
    }
    counts.update(changes)
    return {**counts, "total_tokens": counts["input_tokens"] + counts["output_tokens"]}


def line(kind: str, payload: dict[str, Any], at: str = "2026-11-21T01:00:00.000Z") -> str:
    return json.dumps({"timestamp": at, "type": kind, "payload": payload}) + "\n"


def start(thread: str = THREAD, **more: Any) -> str:
    return line("session_meta", {"id": thread, "cli_version": "0.169.0", "source": "cli", **more})


def turn(model: str = "gpt-5-codex", **more: Any) -> str:
    return line("turn_context", {"turn_id": "01a1fbca-a660-7000-8000-00000000000a", "model": model, **more})


def call(number: int, thread: str = THREAD, at: str | None = None, **counts: int) -> str:
    payload = {
        "thread_id": thread,
        "turn_id": "01a1fbca-a660-7000-8000-00000000000a",
        "response_id": f"resp_{number:06}",
        "usage": usage(number, **counts),
    }
    return line("token_usage_record", payload, at or f"2026-11-21T01:00:{number % 60:02}.000Z")


def write_rollout(home: Path, *lines: str, thread: str = THREAD) -> Path:
    """A rollout of `lines`, under a name as Codex gives them."""
    path = home / "sessions/2026/11/21" / f"rollout-2026-11-21T01-00-00-{thread}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines), encoding="utf-8")
    return path


def append(path: Path, *lines: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(lines))


def totals(number: int, last: int | None = None, at: str = "2026-11-21T01:30:00.000Z") -> str:
    """A `token_count` whose running sum is `number` of a thousand, and whose last call is all of it, or `last`."""
    sums = {"input_tokens": number * 1000, "cached_input_tokens": 0, "output_tokens": number}
    sums |= {"reasoning_output_tokens": 0, "total_tokens": number * 1001}
    latest = sums if last is None else {name: value * last for name, value in sums.items()}
    info = {"total_token_usage": sums, "last_token_usage": latest, "model_context_window": 258400}
    return line("event_msg", {"type": "token_count", "info": info, "rate_limits": None}, at)
