"""How `inspect` says it: as lines, and as JSON."""

import json
import sys
from collections import Counter

from codextime_tracker.counting import Call
from codextime_tracker.estimates import REASONS, count_flags
from codextime_tracker.inspection import Inspection
from codextime_tracker.terminal import count, plain, print_lines

MOST_KINDS = 40


def print_inspection(found: Inspection) -> None:
    print_lines(
        [
            ("File", f"{plain(found.file.path, longest=4096)}, {count(found.file.size, 'byte')}"),
            *thread(found),
            *[("Lines", f"{number:,} {kind}") for kind, number in found.lines.most_common(MOST_KINDS)],
            *further_kinds(found),
            *calls(found),
            *[("Estimates", f"{count(number, 'call')}: {REASONS[name]}") for name, number in flags(found).items()],
            *compactions(found),
            *[("Left out", loss) for loss in found.losses],
        ],
        sys.stdout,
    )
    print("Nothing was stored or sent.")


def thread(found: Inspection) -> list[tuple[str, str]]:
    if found.thread_id is None:
        return [("No data", found.nothing or "the Codex that wrote it logged no usage")]
    maker = f", begun by Codex {found.codex_version}" if found.codex_version else ""
    return [("Thread", f"{plain(found.thread_id, longest=80)}{maker}")]


def further_kinds(found: Inspection) -> list[tuple[str, str]]:
    rest = sum(found.lines.values()) - sum(number for _, number in found.lines.most_common(MOST_KINDS))
    return [("Lines", f"{rest:,} of other kinds")] if rest else []


def calls(found: Inspection) -> list[tuple[str, str]]:
    if found.thread_id is None:
        return []
    lines = [
        ("Calls", f"{count(number, 'call')} of {plain(model, longest=80)}, {count(tokens, 'token')}")
        for model, (number, tokens) in models(found).items()
    ]
    copied = f"{count(found.copied, 'call')}: " if found.copied else ""
    return [*(lines or [("Calls", "none of its own")]), ("Copied", f"{copied}{plain(found.rule)}")]


def models(found: Inspection) -> dict[str, tuple[int, int]]:
    """Calls and tokens of each."""
    numbers: Counter[str] = Counter()
    tokens: Counter[str] = Counter()
    for call in found.calls:
        numbers[call.model or "unknown"] += 1
        tokens[call.model or "unknown"] += tokens_of(call)
    return {model: (number, tokens[model]) for model, number in numbers.most_common()}


def tokens_of(call: Call) -> int:
    return call.input_tokens + call.output_tokens


def flags(found: Inspection) -> dict[str, int]:
    return count_flags([(call.flags, 1) for call in found.calls])


def compactions(found: Inspection) -> list[tuple[str, str]]:
    if not found.compactions:
        return []
    without = f"; {found.unlogged_compactions:,} without a logged call, so what they used is in no log"
    return [("Compacted", count(found.compactions, "time") + (without if found.unlogged_compactions else ""))]


def as_json(found: Inspection) -> str:
    shown = {
        "path": plain(found.file.path, longest=4096),
        "bytes": found.file.size,
        "thread": found.thread_id,
        "codex_version": found.codex_version or None,
        "lines": dict(found.lines.most_common()),
        "calls": len(found.calls),
        "tokens": sum(map(tokens_of, found.calls)),
        "models": {model: {"calls": number, "tokens": tokens} for model, (number, tokens) in models(found).items()},
        "copied": {"calls": found.copied, "rule": found.rule or None},
        "estimates": flags(found),
        "compactions": {
            "logged": found.compactions - found.unlogged_compactions,
            "unlogged": found.unlogged_compactions,
        },
        "left_out": found.losses,
        "no_data": found.nothing or None,
    }
    return json.dumps(shown, indent=2)
