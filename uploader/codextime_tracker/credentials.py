"""The upload tokens of this machine: each belongs to one server and one user. Never printed, never logged."""

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

from codextime_tracker.exits import CannotWrite
from codextime_tracker.places import write_private

is_token = re.compile(r"[A-Za-z0-9._~+/-]+=*").fullmatch  # RFC 6750, section 2.1


@dataclass(frozen=True)
class Pairing:
    server: str
    user_id: str
    token: str = field(repr=False)


def read_pairings(path: Path) -> list[Pairing]:
    """Every pairing of this machine, the newest last. Raises `CannotWrite` if the file is there and cannot be used."""
    try:
        rows = json.loads(path.read_text("utf-8"))["pairings"]
        return [Pairing(row["server"], row["user_id"], row["token"]) for row in rows]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CannotWrite(f"Cannot read {path}: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise CannotWrite(f"{path} is damaged. Delete it and pair this machine again.") from error


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
