"""The user that the embedded servers run as: PostgreSQL refuses to run as root."""

import contextlib
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

from codextime.runtime.errors import StartRefused

NAME = "codextime"


def popen_arguments() -> dict[str, Any]:
    """What `subprocess.Popen` needs to run a server: nothing, or as root the unprivileged user."""
    if os.geteuid() != 0:
        return {}
    user = find_or_make_user()
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def can_run(command: list[str], environment: dict[str, str]) -> bool:
    """Whether the servers' user can run this to its end: as root only, for otherwise we are that user."""
    if os.geteuid() != 0:
        return True
    try:
        found = subprocess.run(command, env=environment, cwd="/", capture_output=True, check=False, **popen_arguments())
    except OSError:
        return False
    return found.returncode == 0


def own(path: Path) -> None:
    """Hands a folder to the servers' user; as a normal user it is ours already."""
    if os.geteuid() == 0:
        user = find_or_make_user()
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def find_user_ids() -> tuple[int, ...]:
    """Who besides us may own what is in the data folder: as root, the servers' user if there is one."""
    with contextlib.suppress(KeyError):
        return (pwd.getpwnam(NAME).pw_uid,) if os.geteuid() == 0 else ()
    return ()


def name_of(user_id: int) -> str:
    """Such as `the user 'alice'`."""
    with contextlib.suppress(KeyError):
        return f"the user '{pwd.getpwuid(user_id).pw_name}'"
    return f"the user {user_id}"


def find_or_make_user() -> pwd.struct_passwd:
    """The system user `codextime`, made when it is missing. `StartRefused` if that fails."""
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        command = [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            NAME,
        ]
    made = subprocess.run(command, capture_output=True, text=True, check=False) if shutil.which("useradd") else None
    try:
        return pwd.getpwnam(NAME)  # made by us, or by another start at the same moment
    except KeyError:
        detail = made.stderr.strip() if made else "useradd is not installed"
        raise StartRefused(
            f"PostgreSQL does not run as root and the system user '{NAME}' could not be made ({detail}). "
            f"Make it, or start Codextime as a normal user."
        ) from None
