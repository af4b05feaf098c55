"""Brings the database and the pages' files up to date, and makes the local owner.

A program of its own, `python -m codextime.runtime.prepare`, because it needs Django and the supervisor does not. It
reads an upload token (or nothing) from its standard input and writes `Prepared` as JSON to its standard output.
"""

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

OWNER_EMAIL = "owner@localhost"
DEVICE_NAME = "This machine"


@dataclass(frozen=True)
class Prepared:
    """`login_link` and `upload_token` are secrets. No `upload_token`: the owner revoked the one we had,
    or `is_being_erased`: the owner's account. `groups_by_session`: so does that account."""

    user_id: str
    login_link: str
    upload_token: str | None
    groups_by_session: bool = False
    is_being_erased: bool = False


def main() -> None:
    import django

    django.setup()
    from django.utils import timezone

    migrate()
    collect_static_files()
    print(json.dumps(asdict(prepare_owner(kept_token=sys.stdin.read().strip(), now=timezone.now()))))


def migrate() -> None:
    """Applies what is missing; looks first, because the command takes longer to find out."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def collect_static_files() -> None:
    """Copies, names by content and compresses the static files, unless none has changed since the last time."""
    from django.conf import settings
    from django.core.management import call_command

    stamp = Path(settings.STATIC_ROOT) / ".collected"
    fingerprint = fingerprint_static_files()
    if not stamp.exists() or stamp.read_text() != fingerprint:
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(fingerprint)


def fingerprint_static_files() -> str:
    digest = hashlib.sha256()
    for path in sorted(static_files()):
        found = path.stat()
        digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def static_files() -> Iterator[Path]:
    from django.contrib.staticfiles.finders import get_finders

    for finder in get_finders():
        for name, storage in finder.list([]):
            yield Path(storage.path(name))


def prepare_owner(*, kept_token: str, now: datetime) -> Prepared:
    """The owner, a link to sign in, and the upload token of this machine: the kept one while it is good."""
    from codextime.accounts.selectors import is_being_erased
    from codextime.accounts.services import make_login_link, make_owner
    from codextime.devices.services import DeviceRevoked, DeviceUnknown, authenticate_device, pair_own_device

    owner = make_owner(email=OWNER_EMAIL, now=now, time_zone=machine_time_zone())
    link = make_login_link(user=owner, now=now)
    is_erased_soon = is_being_erased(owner)
    upload_token: str | None = kept_token
    try:
        authenticate_device(token=kept_token, now=now)
    except DeviceUnknown:
        upload_token = None if is_erased_soon else pair_own_device(user=owner, name=DEVICE_NAME, now=now)[1]
    except DeviceRevoked:
        upload_token = None
    return Prepared(
        user_id=owner.public_id,
        login_link=link,
        upload_token=upload_token,
        groups_by_session=owner.session_grouping_since is not None,
        is_being_erased=is_erased_soon,
    )


def machine_time_zone() -> str:
    """What TZ or /etc/localtime names; a guess, for the owner can choose another one in the settings."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if named:
        return named
    with contextlib.suppress(OSError):
        return str(Path("/etc/localtime").readlink()).partition("zoneinfo/")[2]
    return "UTC"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "codextime.config.settings")
    main()
