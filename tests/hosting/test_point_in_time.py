"""The commands of docs/operations.md that archive the log and go back to a moment, as they stand there."""

import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import pytest
import yaml
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from codextime.accounts.models import User
from codextime.runtime import binaries, unprivileged
from codextime.runtime.postgres import DATABASE, Postgres
from codextime.runtime.processes import Process, Reaper, wait_until_ready
from codextime.runtime.sockets import make_socket_folder
from codextime.usage.models import Call
from codextime.usage.services import rebuild_dirty_dates
from tests.at_once import wait_until
from tests.hosting.files import ROOT
from tests.usage.readings import assert_totals_are_exact, moments_around, some_readings, store

pytestmark = pytest.mark.soak  # a server of its own, migrated from nothing: 15 seconds

DOCUMENT = (ROOT / "docs" / "operations.md").read_text()
SECTION = DOCUMENT[DOCUMENT.index("## Backups") : DOCUMENT.index("## Migrations")]


def documented_block(kind: str, containing: str) -> str:
    [found] = [block for block in re.findall(rf"```{kind}\n(.*?)```", SECTION, flags=re.DOTALL) if containing in block]
    return str(found)


@dataclass
class Archived:
    """A server of its own whose log is archived, with the commands run as the user that owns its files."""

    folder: Path
    postgres: Postgres
    reaper: Reaper
    process: Process | None = None
    archive: Path = field(init=False)

    def __post_init__(self) -> None:
        self.archive = self.folder / "archive"
        self.archive.mkdir(mode=0o700)
        unprivileged.own(self.archive)

    def here(self, text: str) -> str:
        return text.replace("/archive", str(self.archive)).replace("--username=codextime", f"--username={DATABASE}")

    def begin(self) -> None:
        self.postgres.make()
        command = yaml.safe_load(documented_block("yaml", "archive_command"))["services"]["postgres"]["command"]
        settings = [self.here(part).partition("=") for part in command if "=" in part]
        with (self.postgres.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, _, value in settings)
        self.start()

    def start(self) -> None:
        log = self.folder / "postgres.log"
        with log.open("ab") as output:
            self.process = self.postgres.start(output)
        self.reaper.end_later(self.process, signal.SIGINT, rank=1)
        wait_until_ready("PostgreSQL", self.process, self.postgres.is_ready, log)

    def kill(self) -> None:
        connection.close()
        assert self.process
        self.reaper.forget(self.process)
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        (self.postgres.data / "postmaster.pid").unlink()

    def run(self, command: list[str], given: Any = None, output: IO[bytes] | int = subprocess.PIPE) -> None:
        variables = {"PGDATA": str(self.postgres.data), "PGHOST": str(self.postgres.sockets)}
        ended = subprocess.run(
            command,
            stdin=given,
            stdout=output,
            stderr=subprocess.PIPE,
            env=os.environ | variables,
            cwd="/",
            check=False,
            timeout=60,
            **unprivileged.popen_arguments(),
        )
        assert ended.returncode == 0, ended.stderr.decode()

    def back_up(self, base: Path) -> None:
        found = re.search(r"^docker compose exec -T postgres (pg_basebackup [^>]*)", SECTION, flags=re.MULTILINE)
        assert found
        program, *arguments = shlex.split(self.here(found[1]))
        with base.open("wb") as file:
            self.run([str(self.postgres.programs / program), *arguments], output=file)

    def restore(self, base: Path, moment: datetime) -> None:
        with base.open("rb") as file:
            self.run(["bash", "-c", self.here(documented_block("sh", "restore_command")), "", str(moment)], given=file)


@pytest.fixture
def server(django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archived]:
    """What Django talks to meanwhile."""
    folder = make_socket_folder("codextime-archived")
    reaper = Reaper()
    reaper.remove_later(folder)
    programs = binaries.postgres_folder(folder)
    server = Archived(folder, Postgres(folder / "data", folder, programs), reaper)
    server.begin()
    connection.close()
    for name, value in {"HOST": str(folder), "PORT": "", "USER": DATABASE, "NAME": DATABASE}.items():
        monkeypatch.setitem(connection.settings_dict, name, value)
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)
        yield server
        connection.close()
    reaper.finish()


def ask(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]  # type: ignore[index] # always one row


def use(owner: User, on: date, seed: int) -> None:
    store(owner, *some_readings(moments_around(on), seed=seed))
    rebuild_dirty_dates(user_id=owner.pk)


def test_a_server_that_is_lost_comes_back_as_it_was_at_a_moment(server: Archived) -> None:
    base = server.folder / "base.tar.gz"
    owner = User.objects.create_user("owner@example.org")
    use(owner, date(2026, 5, 3), seed=1)
    server.back_up(base)
    use(owner, date(2026, 5, 4), seed=2)
    segment = ask("SELECT pg_walfile_name(pg_switch_wal())")
    wait_until((server.archive / segment).exists)
    use(owner, date(2026, 5, 5), seed=3)  # no segment is full: only the lost server's own log has this
    calls = list(Call.objects.order_by("call_id").values())
    moment = ask("SELECT clock_timestamp()")
    Call.objects.all().delete()

    server.kill()
    server.restore(base, moment)
    server.start()
    wait_until(lambda: not ask("SELECT pg_is_in_recovery()"))

    assert list(Call.objects.order_by("call_id").values()) == calls
    assert_totals_are_exact(owner)
    use(owner, date(2026, 5, 6), seed=4)  # and takes more
