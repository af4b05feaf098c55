"""Versions, and the tracker's own files: where they are and who may read them."""

import os
import platform
import shlex
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from codextime_tracker import __version__
from codextime_tracker.allowlist import PROTOCOL
from codextime_tracker.checks import FINE, NOTE, PROBLEM, Finding
from codextime_tracker.credentials import OTHERS
from codextime_tracker.exits import Exit
from codextime_tracker.terminal import plain


def check_versions() -> Iterator[Finding]:
    text = f"tracker {__version__}, protocol {PROTOCOL}, Python {platform.python_version()}, "
    yield Finding(FINE, "versions", f"{text}SQLite {sqlite3.sqlite_version}")


def check_own_files(index: Path, credentials: Path) -> Iterator[Finding]:
    """The folders and files that are there. Windows protects the user's folder instead of each file."""
    for path in dict.fromkeys((index.parent, credentials.parent, index, credentials)):
        shown = plain(str(path), longest=4096)
        if not path.exists():
            continue
        if not os.access(path, os.R_OK | os.W_OK):
            advice = "Let your user read and write it."
            yield Finding(PROBLEM, "own files", f"{shown} cannot be read and written", advice, Exit.CANNOT_WRITE)
        elif os.name != "nt" and (mode := stat.S_IMODE(path.stat().st_mode)) & OTHERS:
            right = "700" if path.is_dir() else "600"
            yield Finding(
                NOTE, "own files", f"others may use {shown} (mode {mode:04o})", f"chmod {right} {shlex.quote(shown)}"
            )
        else:
            yield Finding(FINE, "own files", f"{shown}, for you only")
