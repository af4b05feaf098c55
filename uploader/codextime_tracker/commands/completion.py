"""`codextime-tracker completion bash|zsh|fish`."""

from __future__ import annotations

from codextime_tracker.exits import Exit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codextime_tracker.arguments import Parsed, Parser
    from codextime_tracker.commands import Clock

SHELLS = ("bash", "zsh", "fish")


def add_arguments(parser: Parser) -> None:
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help="bash, zsh or fish")


def run(parsed: Parsed, clock: Clock) -> int:
    from codextime_tracker.completion import write_script

    print(write_script(parsed.shell), end="")
    return Exit.DONE
