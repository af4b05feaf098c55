"""Command lines that take more than a glance, by argparse: help, and what is wrong."""

import argparse
from functools import partial
from typing import NoReturn

from codextime_tracker.arguments import complain
from codextime_tracker.exits import Exit

Style = argparse.RawDescriptionHelpFormatter


class Parser(argparse.ArgumentParser):
    """Says how to get help after each complaint, and never takes a shortened option for another."""

    def __init__(self, prog: str, *, description: str, epilog: str | None = None) -> None:
        # Without a width, argparse asks for the terminal's at each option that it is told of, and imports much to ask.
        style = partial(Style, width=80)
        super().__init__(prog, description=description, epilog=epilog, formatter_class=style, allow_abbrev=False)

    def format_help(self) -> str:
        self.formatter_class = Style
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        complain(f"{message}. See: {self.prog} --help")
        raise SystemExit(Exit.USAGE)
