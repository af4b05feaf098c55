"""The commands of docs/hosting.md that back up and restore, as they stand there."""

import os
import re
import shlex
import subprocess
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from codextime.accounts.models import User
from codextime.runtime import binaries
from codextime.usage.models import Call
from codextime.usage.services import rebuild_dirty_dates
from tests.hosting.files import ROOT
from tests.usage.readings import assert_totals_are_exact, moments_around, some_readings, store


def documented(program: str) -> list[str]:
    """The command, for the user and the database of the tests."""
    text = (ROOT / "docs" / "hosting.md").read_text()
    found = re.search(rf"^docker compose exec -T postgres ({program} [^<>\n]*)", text, flags=re.MULTILINE)
    assert found
    name, user = connection.settings_dict["NAME"], connection.settings_dict["USER"]
    command = (
        found[1].replace("--username=codextime", f"--username={user}").replace("dbname=codextime", f"dbname={name}")
    )
    return [name if part == "codextime" else part for part in shlex.split(command)]


def find_programs(folder: Path) -> Path | None:
    """Where those of the server's own version are, as in its container; `None` where they are installed beside it."""
    major = connection.cursor().connection.info.server_version // 10_000
    return binaries.postgres_folder(folder) if binaries.POSTGRES_FOLDER.endswith(str(major)) else None


def run(program: str, programs: Path | None, sent: bytes = b"") -> bytes:
    connection.close()  # the database may be dropped
    settings = {key: str(connection.settings_dict[key]) for key in ("HOST", "PORT", "PASSWORD")}
    command = documented(program)
    command[0] = str(programs / program) if programs else program
    variables = {f"PG{key}": value for key, value in settings.items() if value}
    ended = subprocess.run(
        command, input=sent, env=os.environ | variables, capture_output=True, check=False, timeout=60
    )
    assert ended.returncode == 0, ended.stderr.decode()
    return ended.stdout


@pytest.mark.django_db(transaction=True)
def test_a_restored_backup_holds_every_call_and_nothing_of_later(tmp_path: Path) -> None:
    owner = User.objects.create_user("owner@example.org")
    store(owner, *some_readings(moments_around(date(2026, 5, 3))))
    rebuild_dirty_dates(user_id=owner.pk)
    calls = list(Call.objects.order_by("call_id").values())
    programs = find_programs(tmp_path)
    backup = run("pg_dump", programs)
    Call.objects.all().delete()
    User.objects.create_user("later@example.org")

    run("dropdb", programs)
    run("createdb", programs)
    run("pg_restore", programs, backup)

    assert list(Call.objects.order_by("call_id").values()) == calls
    assert User.objects.get() == owner
    assert_totals_are_exact(owner)
    store(owner, *some_readings(moments_around(date(2026, 5, 4)), seed=2))  # and takes more
