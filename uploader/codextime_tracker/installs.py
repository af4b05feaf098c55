"""Where the tracker is installed for good. `pipx run` and `uvx` keep it in a cache that expires, and timers do not."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

NAME = "codextime-tracker"
WAYS = (("pipx", ["pipx", "install", NAME]), ("uv", ["uv", "tool", "install", NAME]))


def own_program() -> list[str]:
    """What runs now, as a command."""
    called = Path(sys.argv[0])
    if called.stem == NAME and called.is_file():
        return [str(called.absolute())]
    return [sys.executable, "-m", "codextime_tracker"]


def find_permanent_program(own: list[str]) -> list[str] | None:
    """`own` if it will stay, else another one that is installed here; `None` if there is none."""
    if not is_in_cache(Path(own[0])):
        return own
    folders = [*os.environ.get("PATH", "").split(os.pathsep), str(Path.home() / ".local" / "bin")]
    found = (shutil.which(NAME, path=folder) for folder in folders if folder)
    return next(([path] for path in found if path and not is_in_cache(Path(path))), None)


def is_in_cache(program: Path) -> bool:
    """Whether somebody may clear it away: it, or what it leads to, is in a cache or a folder for temporary files."""
    places = {program.absolute(), program.parent.resolve() / program.name, program.resolve()}
    folders = {folder for cache in caches() for folder in (cache, cache.resolve())}
    return any(place.is_relative_to(folder) for place in places for folder in folders)


def caches() -> list[Path]:
    """Those of pipx and uv, by their variables and defaults, and the system's temporary folder."""
    home, env = Path.home(), os.environ
    named = [Path(env[name]) for name in ("UV_CACHE_DIR", "XDG_CACHE_HOME") if env.get(name)]
    pipx = [Path(env["PIPX_HOME"])] if env.get("PIPX_HOME") else [home / ".local/pipx", home / ".local/share/pipx"]
    pipx += [home / ".local/state/pipx", home / "Library/Application Support/pipx", home / "AppData/Local/pipx"]
    usual = [home / ".cache", home / "Library/Caches", home / "AppData/Local/uv/cache"]
    return [*named, *(folder / ".cache" for folder in pipx), *usual, Path(tempfile.gettempdir())]


def way_to_install() -> list[str]:
    """The command that installs it for good, with the program that is there."""
    return next((command for program, command in WAYS if shutil.which(program)), WAYS[0][1])
