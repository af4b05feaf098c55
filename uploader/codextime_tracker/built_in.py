"""The server that a tracker was built for; most are built for none."""

from pathlib import Path

FILE = Path(__file__).with_name("built_in_server.txt")  # made by the build (hatch_build.py), never part of the source


def find_built_in_server() -> str | None:
    try:
        return FILE.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
