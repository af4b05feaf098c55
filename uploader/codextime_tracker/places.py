"""Where Codex keeps its files, and the tracker its own: in one folder of the user's that nobody else may open."""

from __future__ import annotations

import errno
import os

from codextime_tracker.exits import CannotWrite, NothingToRead

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

INDEX = "index.sqlite3"
CREDENTIALS = "credentials.json"
ALLOWED_NAMES = "models.json"
SESSION_SWITCHES = "sessions.json"


class FileDamaged(Exception):
    """A file of the tracker's own does not hold what it must."""


def default_codex_home() -> Path:
    """Where Codex itself would look. Raises `NothingToRead` if nothing tells."""
    from pathlib import Path

    return Path(default_home_name())


def default_home_name() -> str:
    """The same as text, as `pathlib` is slow to load: a small export does without it."""
    named = os.environ.get("CODEX_HOME")
    if named:
        return named if os.path.lexists(named) else typed_name(named)
    folder = typed_name("~")
    if folder.startswith("~"):
        raise NothingToRead(
            "Your user has no home folder here, so where is Codex's folder? Set HOME, or name it with --codex-home DIR."
        )
    return os.path.join(folder, ".codex")  # noqa: PTH118


def typed_path(text: str) -> Path:
    """With the user's folder for `~`: PowerShell does not put it there, nor does any shell behind an option's `=`."""
    from pathlib import Path

    return Path(typed_name(text))


def typed_name(text: str) -> str:
    return os.path.expanduser(text)  # noqa: PTH111 - and leaves it if there is no such user


def data_folder() -> Path:
    """The operating system's folder for such data, made with mode 0700. Raises `CannotWrite`."""
    from pathlib import Path

    from platformdirs import user_data_path

    try:
        folder = user_data_path("codextime-tracker", appauthor=False)
    except RuntimeError:
        folder = Path()
    if not folder.is_absolute():  # of older releases of platformdirs: a `~` stays, or a variable is taken as it is
        raise CannotWrite(
            "Your user has no home folder here, so where are the tracker's files to be? Set HOME, or XDG_DATA_HOME, to "
            "a whole path."
        )
    return private_folder(folder)


def identity_of(place: str | os.PathLike[str]) -> tuple[int, int] | None:
    """What is the same for all names of a file or folder: links, another case where case does not matter, a mounted
    drive. `None` if it is not there, or if its file system numbers nothing, as some of shared folders do."""
    try:
        status = os.stat(place)  # noqa: PTH116 - a Path costs more than the question
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if status.st_ino else None


def private_folder(folder: Path) -> Path:
    """`folder`, made if it is missing. Raises `CannotWrite`."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"Cannot make the folder {folder}: {error.strerror}. {advice(error)}") from error
    return folder


def advice(error: OSError) -> str:
    """What the user can do so that a file of the tracker's can be used."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Free some space there and run this again; what was stored before stays."
    return "The tracker keeps its files there: let your user write in that folder, then run this again."


def rename_damaged(path: Path) -> Path:
    """Puts a file out of the way that cannot be read; where it went."""
    number = 1
    while (kept := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.rename(kept)
    return kept


def read_private(path: Path, name: str) -> list[Any] | None:
    """The list `name` of a JSON file that `write_private` wrote; `None` if there is no file. Raises `CannotWrite` and
    `FileDamaged`."""
    import json  # only here, as it costs a scan more than it needs

    try:
        held = json.loads(path.read_bytes())[name]
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CannotWrite(f"Cannot read {path}: {error.strerror}. {advice(error)}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FileDamaged from error
    if not isinstance(held, list):
        raise FileDamaged
    return held


def write_private(path: Path, text: str) -> None:
    """Replaces `path` at once, readable by its owner only; a crash leaves the old file. Raises `CannotWrite`.

    A link that the owner made stays one: what it leads to is replaced.
    """
    from pathlib import Path

    path = Path(os.path.realpath(path))
    private_folder(path.parent)
    try:
        # mkstemp makes the file 0600 and never follows a link that someone put there.
        import tempfile  # only here, as it costs a scan more than it needs

        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise CannotWrite(f"Cannot write {path}: {error.strerror}. {advice(error)}") from error
