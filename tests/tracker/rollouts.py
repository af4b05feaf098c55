"""The real rollouts under tests/data/rollouts, and homes and lines that tests make themselves."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from codextime_tracker.index import Index, StoredCall

CORPORA = sorted(path.parent for path in Path(__file__).parent.parent.joinpath("data/rollouts").glob("*/expected.json"))
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


def used(index: Index) -> list[tuple[int, int]]:
    """Input and output tokens of every call, by time."""
    return [(call.input_tokens, call.output_tokens) for call in index.calls()]
