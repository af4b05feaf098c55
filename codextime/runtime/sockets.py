"""Where the sockets of the embedded servers are."""

import os
import tempfile
from pathlib import Path

from codextime.runtime import unprivileged

SOCKET_FOLDER_PREFIX = "codextime"
SHORT_TEMPORARY_FOLDER = "/tmp"  # noqa: S108 - only mkdtemp uses it: 0700 and unpredictable


def make_socket_folder(name: str) -> Path:
    """A short, private run-time folder, owned by the servers' user. TMPDIR is not used: on a Mac it is too long."""
    run_time = os.environ.get("XDG_RUNTIME_DIR", "") if os.geteuid() else ""
    parent = run_time if Path(run_time).is_absolute() and Path(run_time).is_dir() else SHORT_TEMPORARY_FOLDER
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=parent))
    unprivileged.own(folder)
    return folder
