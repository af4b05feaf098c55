"""The upload tokens of this machine: each belongs to one server and one user. Never printed, never logged."""

import json
import os
import re
import stat
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from codextime_tracker.addresses import parse_server
from codextime_tracker.exits import CannotWrite, UsageRefused
from codextime_tracker.places import FileDamaged, advice, read_private, rename_damaged, write_private

is_token = re.compile(r"[A-Za-z0-9._~+/-]+=*").fullmatch  # RFC 6750, section 2.1
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Pairing(Struct, frozen=True):
    """`token` is empty once the server has refused it: what stays known is where the user was paired."""

    server: str
    user_id: str
    token: str

    def __repr__(self) -> str:
        return f"Pairing({self.server!r}, {self.user_id!r})"  # never the token


class CredentialsDamaged(CannotWrite):
    """The file of tokens is there and does not say what it must."""


def make_safe(path: Path) -> list[str]:
    """Keeps others out of the file of tokens, and a damaged one out of the way; what the user should know of it.

    Raises `CannotWrite`.
    """
    notices = keep_others_out(path)
    try:
        read_pairings(path)
    except CredentialsDamaged:
        kept = rename_damaged(path)
        notices.append(f"The upload tokens in {path} are damaged: pair this machine anew. The file is kept as {kept}.")
    return notices


def keep_others_out(path: Path) -> list[str]:
    """As ssh does for keys: it looks at the file behind a link. Windows protects the user's folder instead."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name == "nt" or not mode & OTHERS or path.is_dir():
            return []
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CannotWrite(f"Cannot keep others out of {path}: {error.strerror}. {advice(error)}") from error
    return [
        f"Others on this machine could read the upload tokens in {path} (mode {mode:04o}); now only you can. "
        "If they should not have, revoke this machine under Devices on your dashboard and run this again."
    ]


def read_pairings(path: Path) -> list[Pairing]:
    """Every pairing of this machine, the newest last. Raises `CannotWrite`, or of its kinds `CredentialsDamaged`."""
    try:
        return [read_pairing(row) for row in read_private(path, "pairings") or []]
    except (FileDamaged, ValueError, KeyError, TypeError, UsageRefused) as error:
        raise CredentialsDamaged(f"{path} is damaged. Delete it and pair this machine again.") from error


def read_pairing(row: dict[str, object]) -> Pairing:
    """Raises `ValueError`, `KeyError`, `TypeError` or `UsageRefused` for what is none."""
    server, user_id, token = row["server"], row["user_id"], row["token"]
    if not (isinstance(server, str) and isinstance(user_id, str) and isinstance(token, str)):
        raise TypeError
    if token and not is_token(token):
        raise ValueError
    return Pairing(str(parse_server(server)), user_id, token)


def find_pairing(path: Path, *, user_id: str, server: str | None) -> Pairing | None:
    """The newest pairing of the user: with `server`, or with any server."""
    found = [pairing for pairing in read_pairings(path) if pairing.user_id == user_id]
    return next((pairing for pairing in reversed(found) if server in (None, pairing.server)), None)


def remember_pairing(path: Path, pairing: Pairing) -> None:
    """Stores it in place of an older one of the same server and user."""
    others = [old for old in read_pairings(path) if (old.server, old.user_id) != (pairing.server, pairing.user_id)]
    write_pairings(path, [*others, pairing])


def forget_pairings(path: Path, *, user_id: str | None, server: str | None) -> list[Pairing]:
    """Removes what matches (`None` matches all), and returns it."""
    pairings = read_pairings(path)
    gone = [old for old in pairings if user_id in (None, old.user_id) and server in (None, old.server)]
    if gone:
        write_pairings(path, [old for old in pairings if old not in gone])
    return gone


def write_pairings(path: Path, pairings: list[Pairing]) -> None:
    write_private(path, json.dumps({"pairings": [asdict(pairing) for pairing in pairings]}, indent=1) + "\n")
