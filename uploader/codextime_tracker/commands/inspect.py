"""`codextime-tracker inspect PATH`."""

from __future__ import annotations

from codextime_tracker.arguments import add_json, path
from codextime_tracker.exits import Exit, NothingToRead

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codextime_tracker.arguments import Parsed, Parser
    from codextime_tracker.commands import Clock


def add_arguments(parser: Parser) -> None:
    parser.add_argument("path", metavar="PATH", type=path, help="a rollout: rollout-*.jsonl or rollout-*.jsonl.zst")
    add_json(parser)


def run(parsed: Parsed, clock: Clock) -> int:
    """Opens no index and no connection."""
    from codextime_tracker.inspection import inspect
    from codextime_tracker.inspection_report import as_json, print_inspection
    from codextime_tracker.terminal import plain

    try:
        inspection = inspect(parsed.path)
    except OSError as error:
        shown = plain(str(parsed.path), longest=4096)
        raise NothingToRead(
            f"Cannot read {shown}: {error.strerror or error}. Name one rollout, as sessions/2026/11/21/rollout-….jsonl"
        ) from error
    if parsed.json:
        print(as_json(inspection))
    else:
        print_inspection(inspection)
    return Exit.DONE
