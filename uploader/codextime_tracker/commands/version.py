"""`codextime-tracker version`."""

from __future__ import annotations

from codextime_tracker import __version__
from codextime_tracker.arguments import add_json
from codextime_tracker.exits import Exit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codextime_tracker.arguments import Parsed, Parser
    from codextime_tracker.commands import Clock


def add_arguments(parser: Parser) -> None:
    add_json(parser)


def run(parsed: Parsed, clock: Clock) -> int:
    if parsed.json:
        print_json()
    else:
        print(f"codextime-tracker {__version__}")
    return Exit.DONE


def print_json() -> None:
    """With what else decides how it reads and sends."""
    import json
    import platform

    from codextime_tracker.allowlist import PROTOCOL
    from codextime_tracker.compiled import read_block
    from codextime_tracker.counting import COUNTER_VERSION

    shown = {
        "version": __version__,
        "protocol": PROTOCOL,
        "counter": COUNTER_VERSION,
        "python": platform.python_version(),
        "has_compiled_reader": read_block is not None,
    }
    print(json.dumps(shown, indent=2))
