"""The user that the embedded servers run as: PostgreSQL refuses to run as root."""

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


def own(path: Path) -> None:
    """Hands a folder to the servers' user; as a normal user it is ours already."""
    if os.geteuid() == 0:
        user = find_or_make_user()
        os.chown(path, user.pw_uid, user.pw_gid)


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
