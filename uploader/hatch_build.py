"""What a build adds to the tracker: a server that it is for, or the compiled reader.

Whoever runs a server and publishes a tracker for its users sets CODEXTIME_BUILT_IN_SERVER=https://codextime.example.org;
they need no `--server` then. What is built from the source distribution keeps it. Without the variable nothing is
built in.

Any other wheel, as pipx makes one of the sources, gets the compiled reader if this machine has a C compiler and
Python's headers; without them, or with CODEXTIME_PURE=1, it is pure Python and runs everywhere.
"""

import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import platform_tags

VARIABLE = "CODEXTIME_BUILT_IN_SERVER"
PLACE = "codextime_tracker/built_in_server.txt"
READER = "codextime_tracker/_reader.abi3.so"
FLAGS = ["-O2", "-shared", "-fPIC", "-fvisibility=hidden"]
FLAGS_OF_SYSTEMS = {"linux": [], "darwin": ["-undefined", "dynamic_lookup"]}  # elsewhere nothing is compiled
LONGEST_COMPILATION = 60  # seconds; it takes one
TRIAL = 'import _reader; assert _reader.read_block(b"", 0, b"", int, (), int, None, 1) == ([], b"", 0)'


class TrackerBuild(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        self.folder = tempfile.TemporaryDirectory()
        server = os.environ.get(VARIABLE, "")
        if server:
            self.build_in(server, build_data)
        elif self.target_name == "wheel":
            self.compile(version, build_data)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        self.folder.cleanup()

    def build_in(self, server: str, build_data: dict[str, Any]) -> None:
        """A tracker that somebody publishes: for machines of all kinds, so nothing is compiled."""
        parts = urlsplit(server)
        if (
            parts.scheme != "https"
            or not parts.hostname
            or parts.path.strip("/")
            or parts.query
            or not server.isascii()
        ):
            raise ValueError(f"{VARIABLE} is {server!r}: write it like https://codextime.example.org, without a path.")
        file = Path(self.folder.name, "server")
        file.write_text(server + "\n", encoding="ascii")
        build_data["force_include"][str(file)] = PLACE

    def compile(self, version: str, build_data: dict[str, Any]) -> None:
        """`version` is `editable` where the sources stay in use: then it is put beside them."""
        root = Path(self.root)
        made = Path(self.folder.name, Path(READER).name)
        is_made = compile_reader(root / "compiled" / "reader.c", made)
        if version == "editable":
            (root / READER).unlink(missing_ok=True)
            if is_made:
                (root / READER).write_bytes(made.read_bytes())
        elif is_made:
            build_data["force_include"][str(made)] = READER
            build_data["pure_python"] = False
            build_data["tag"] = f"cp311-abi3-{platform()}"


def compile_reader(source: Path, made: Path) -> bool:
    """Whether there is a reader that works. If there is none, nothing is amiss: Python reads alone."""
    is_free_threaded = sysconfig.get_config_var("Py_GIL_DISABLED")  # and has no limited API
    flags = FLAGS_OF_SYSTEMS.get(sys.platform)
    if os.environ.get("CODEXTIME_PURE") or flags is None or is_free_threaded or sys.implementation.name != "cpython":
        return False
    headers = f"-I{sysconfig.get_path('include')}"
    command = [os.environ.get("CC", "cc"), *FLAGS, *flags, headers, str(source), "-o", str(made)]
    return runs(command) and runs([sys.executable, "-c", TRIAL], made.parent)


def runs(command: list[str], folder: Path | None = None) -> bool:
    try:
        ended = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=LONGEST_COMPILATION)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0


def platform() -> str:
    """This machine's. Not one of the names that promise more, as a published wheel would need: nobody checks that."""
    if sys.platform == "linux":
        return sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return next(platform_tags())
