"""Codex homes of many gigabytes that take little room and time: what counting never looks at is a hole in the file."""

import random
from datetime import timedelta
from pathlib import Path

from bench.home import START, Thread

LONG = '{"timestamp":"2026-01-01T00:00:00.000Z","type":"response_item","payload":{"type":"message","content":"'


def generate_sparse_home(home: Path, *, rollouts: int, calls: int, megabytes: int, minutes_apart: int = 40) -> None:
    """Writes `rollouts` rollouts with together `calls` calls, each filled up with one long line."""
    dice = random.Random(1)
    for number in range(rollouts):
        thread = Thread(dice, "lorem ipsum " * 1_000, START + timedelta(minutes=minutes_apart * number), True, 100)
        write_sparse(home, thread, calls=calls // rollouts, size=megabytes * 1_000_000 // rollouts)


def write_sparse(home: Path, thread: Thread, *, calls: int, size: int) -> None:
    """One rollout of `size` bytes, whose long line stands before its calls."""
    path = home / thread.folder / thread.name
    path.parent.mkdir(parents=True, exist_ok=True)
    turn = thread.uuid7()
    head = thread.line("session_meta", {"id": thread.id, "timestamp": thread.stamp(), "cli_version": "0.169.0"})
    lines = [thread.line("turn_context", {"turn_id": turn, "model": "gpt-5-codex"})]
    lines += [line for _ in range(calls) for line in thread.call_lines(turn)]
    end = '"}}\n' + "\n".join(lines) + "\n"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{head}\n{LONG}")
        file.flush()
        file.seek(max(size - len(end), file.tell()))
        file.write(end)
