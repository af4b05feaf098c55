"""Writing to people: what may reach a terminal, and in which style."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

TITLE_WIDTH = 11


def plain(text: str, *, longest: int = 500) -> str:
    """A text from outside, without the characters that could move the cursor or hide words."""
    import unicodedata  # only here, as it is large

    kept = "".join(" " if char in "\n\t" else char for char in text[:longest])
    return "".join(char for char in kept if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))


def bold(text: str, stream: TextIO) -> str:
    """`text` in bold if `stream` is a terminal and https://no-color.org does not forbid it."""
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"\033[1m{text}\033[0m"


def print_lines(lines: Iterable[tuple[str, str]], stream: TextIO) -> None:
    """Each with its title before it, in a column."""
    for title, text in lines:
        print(bold(f"{title:<{TITLE_WIDTH}}", stream) + text, file=stream)


def can_open_browser() -> bool:
    """Whether a person with a screen seems to sit here: a terminal, and on Unix a display that is not across SSH."""
    if not sys.stdout.isatty():
        return False
    if sys.platform in ("win32", "darwin"):
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def can_ask() -> bool:
    """Whether a person can read a question here and answer it."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str) -> bool:
    """Whether a person says yes; nobody does without a terminal."""
    if not can_ask():
        return False
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def count(number: int, noun: str) -> str:
    """`1 call`, `12,345 calls`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
