"""The real rollouts under tests/data/rollouts, and homes and lines that tests make themselves."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codextime_tracker.counting import flag_names
from codextime_tracker.export import row_of
from codextime_tracker.index import Index
from codextime_tracker.scanning import scan
from codextime_tracker.stored import StoredCall
from codextime_tracker.unindexed import Unindexed

if TYPE_CHECKING:
    from codextime_tracker.export import Row

CORPORA = sorted(path.parent for path in Path(__file__).parent.parent.joinpath("data/rollouts").glob("*/expected.json"))
Usage = tuple[int, int, int, int]
SUMS = {
    "input": "input_tokens",
    "cached_input": "cached_input_tokens",
    "output": "output_tokens",
    "reasoning_output": "reasoning_output_tokens",
    "total": "logged_total_tokens",
}


def load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def load_lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def by_model(calls: Iterable[StoredCall]) -> dict[str, dict[str, int]]:
    """Sums in the words of `expected.json`."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for call in calls:
        sums[call.model or "unknown"]["calls"] += 1
        for name, attribute in SUMS.items():
            sums[call.model or "unknown"][name] += getattr(call, attribute)
    return {model: dict(values) for model, values in sums.items()}


def by_file(calls: Iterable[StoredCall]) -> dict[str, dict[str, dict[str, int]]]:
    files: dict[str, list[StoredCall]] = defaultdict(list)
    for call in calls:
        files[call.file_name].append(call)
    return {name: by_model(calls) for name, calls in files.items()}


class Rollout:
    """A rollout made by hand, line by line, a second apart. Usage is (input, cached input, output, reasoning)."""

    def __init__(self, thread: str, *, at: str = "2026-11-20T10:00:00.000Z", **session: object) -> None:
        self.thread = thread
        self.now = datetime.fromisoformat(at)
        self.name = f"rollout-{self.now:%Y-%m-%dT%H-%M-%S}-{thread}.jsonl"
        self.lines: list[str] = []
        self.session(thread, **session)

    def session(self, thread: str, **payload: object) -> Rollout:
        return self.line("session_meta", id=thread, timestamp=self.stamp, cwd="/home/dev", **payload)

    def turn(self, model: str, turn_id: str | None = None) -> Rollout:
        return self.line("turn_context", model=model, **({"turn_id": turn_id} if turn_id else {}))

    def count(self, total: Usage, last: Usage, **more: int) -> Rollout:
        info = {"total_token_usage": counters(total, **more), "last_token_usage": counters(last)}
        return self.line("event_msg", type="token_count", info=info, rate_limits=None)

    def record(self, response: str | None, used: Usage, **payload: object) -> Rollout:
        payload = {"thread_id": self.thread, "response_id": response, **payload}
        return self.line("token_usage_record", usage=counters(used), **payload)

    def line(self, kind: str, *, ordinal: int | None = None, **payload: object) -> Rollout:
        head = {"timestamp": self.stamp} | ({} if ordinal is None else {"ordinal": ordinal})
        return self.raw(json.dumps(head | {"type": kind, "payload": payload}, separators=(",", ":")))

    def raw(self, line: str) -> Rollout:
        self.lines.append(line)
        self.now += timedelta(seconds=1)
        return self

    @property
    def stamp(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.now.microsecond // 1000:03d}Z"

    @property
    def text(self) -> bytes:
        return "".join(f"{line}\n" for line in self.lines).encode("utf-8", "surrogateescape")

    def write(self, home: Path, folder: str = "sessions/2026/11/20") -> Path:
        path = home / folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.text)
        return path


def counters(usage: Usage, **more: int) -> dict[str, int]:
    entry, cached, output, reasoning = usage
    return {
        "input_tokens": entry,
        "cached_input_tokens": cached,
        "output_tokens": output,
        "reasoning_output_tokens": reasoning,
        "total_tokens": entry + output,
        **more,
    }


def counted(home: Path) -> list[tuple[str | None, Usage]]:
    """Model and usage of every call in a home, by time."""
    with Index.in_memory() as index:
        scan(index, home)
        return models_and_usage(index)


def flagged(home: Path) -> list[tuple[Usage, list[str]]]:
    """Usage of every call in a home, by time, and what makes it an estimate."""
    with Index.in_memory() as index:
        scan(index, home)
        flags = [flag_names(call.flags) for call in index.calls()]
        return [(used, names) for (_, used), names in zip(models_and_usage(index), flags, strict=True)]


def models_and_usage(index: Index) -> list[tuple[str | None, Usage]]:
    return [
        (
            call.model,
            (call.input_tokens, call.cached_input_tokens, call.output_tokens, call.reasoning_output_tokens),
        )
        for call in index.calls()
    ]


def export_rows(*homes: Path) -> list[Row]:
    """What an export of these homes holds, in its order."""
    with Index.in_memory() as index:
        for home in homes:
            scan(index, home)
        return [row_of(call) for call in index.calls()]


def export_rows_without_index(*homes: Path) -> list[Row]:
    with Unindexed() as unindexed:
        for home in homes:
            unindexed.scan(home)
        return list(unindexed.rows())
