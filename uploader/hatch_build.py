"""Builds the tracker for one server: CODEXTIME_BUILT_IN_SERVER=https://codextime.example.org

Whoever runs a server and publishes a tracker for its users sets it; they need no `--server` then. What is built from
the source distribution keeps it. Without the variable nothing is built in.
"""

import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VARIABLE = "CODEXTIME_BUILT_IN_SERVER"
PLACE = "codextime_tracker/built_in_server.txt"


class BuiltInServer(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        server = os.environ.get(VARIABLE, "")
        if not server:
            return
        parts = urlsplit(server)
        if (
            parts.scheme != "https"
            or not parts.hostname
            or parts.path.strip("/")
            or parts.query
            or not server.isascii()
        ):
            raise ValueError(f"{VARIABLE} is {server!r}: write it like https://codextime.example.org, without a path.")
        self.folder = tempfile.TemporaryDirectory()
        file = Path(self.folder.name, "server")
        file.write_text(server + "\n", encoding="ascii")
        build_data["force_include"][str(file)] = PLACE

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()
