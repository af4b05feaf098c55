"""Runs by the clock: what the system is asked for, and that what it starts works without anybody there."""

import io
import json
import os
import plistlib
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from codextime_tracker.credentials import Pairing, remember_pairing
from codextime_tracker.exits import Exit
from codextime_tracker.installs import find_permanent_program
from codextime_tracker.places import CREDENTIALS, data_folder
from codextime_tracker.schedulers import (
    Cron,
    Launchd,
    Systemd,
    WindowsTask,
    agent,
    cron_line,
    find_scheduler,
    systemd_word,
)

from tests.machine import Run
from tests.tracker.conftest import TOKEN, USER, Tracker

SYSTEMCTL = """#!/bin/sh
echo "$@" >> "$ASKED"
case "$*" in *--property*) echo "Sat 2026-11-21 13:00:00 UTC";; esac
"""
CRONTAB = """#!/bin/sh
if [ "$1" = -l ]; then cat "$ASKED"; else cat > "$ASKED"; fi
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of the PATH, beside the system's."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("ASKED", str(tmp_path / "asked"))
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    return folder


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    return tmp_path / "asked"


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def tracker_program(path: Path) -> Path:
    return put(path, f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m codextime_tracker "$@"\n')


@pytest.fixture
def scheduled(tracker: Tracker, programs: Path, monkeypatch: pytest.MonkeyPatch) -> Tracker:
    """Paired by a token of its own, and installed for good where systemd runs."""
    monkeypatch.delenv("CODEXTIME_TOKEN")
    put(programs / "systemctl", SYSTEMCTL)
    remember_pairing(data_folder() / CREDENTIALS, Pairing(tracker.peer.address, USER, TOKEN))
    monkeypatch.setattr("sys.argv", [str(tracker_program(programs / "codextime-tracker"))])
    return tracker


class Person(io.StringIO):
    def isatty(self) -> bool:
        return True


def schedule(tracker: Tracker, action: str, *arguments: str) -> Run:
    return tracker.raw("schedule", action, "--codex-home", str(tracker.home), *arguments)


def unit() -> Path:
    return Path.home() / ".config/systemd/user/codextime-tracker.service"


def command_of(unit: Path) -> list[str]:
    [line] = [line for line in unit.read_text().splitlines() if line.startswith("ExecStart=")]
    return shlex.split(line.removeprefix("ExecStart="))


def test_a_timer_is_installed_told_and_removed(scheduled: Tracker, asked: Path) -> None:
    assert "Nothing is scheduled" in schedule(scheduled, "status").out

    installed, status = schedule(scheduled, "install"), schedule(scheduled, "status")
    assert installed.exit == Exit.DONE
    assert "a systemd timer: at Sat 2026-11-21 13:00:00 UTC" in status.out

    assert "Removed" in schedule(scheduled, "remove").out
    assert "Nothing is scheduled" in schedule(scheduled, "status").out
    assert "--user enable --now codextime-tracker.timer" in asked.read_text()
    assert "--user disable --now codextime-tracker.timer" in asked.read_text()


def test_scripts_get_json_of_what_is_scheduled(scheduled: Tracker) -> None:
    before, installed, after, removed = (
        json.loads(schedule(scheduled, action, "--json").out) for action in ("status", "install", "status", "remove")
    )

    assert before == removed == {"scheduler": "a systemd timer", "schedule": None}
    assert after == {"scheduler": "a systemd timer", "schedule": "at Sat 2026-11-21 13:00:00 UTC"}
    assert installed == {**after, "command": installed["command"]}
    assert installed["command"][3:6] == [USER, "--server", scheduled.peer.address]


def test_who_wants_json_is_asked_nothing(scheduled: Tracker, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (programs / "codextime-tracker").unlink()
    put(programs / "uv", f"#!/bin/sh\ntouch {shlex.quote(str(programs / 'installed'))}")
    monkeypatch.setattr("sys.argv", [str(tracker_program(Path.home() / ".cache/uv/x/codextime-tracker"))])
    monkeypatch.setattr("sys.stdin", Person("y\n"))
    monkeypatch.setattr("sys.stderr", Person())

    assert schedule(scheduled, "install", "--json").exit == Exit.USAGE
    assert not (programs / "installed").exists()
    assert schedule(scheduled, "install").exit == Exit.USAGE
    assert (programs / "installed").exists()


@pytest.mark.parametrize("action", ["status", "remove"])
def test_where_nothing_starts_programs_nothing_is_scheduled(
    scheduled: Tracker, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    said, told = schedule(scheduled, action), schedule(scheduled, action, "--json")

    assert (said.exit, told.exit) == (Exit.DONE, Exit.DONE)
    assert "Nothing is scheduled. There is neither a systemd of your user nor cron here" in said.out
    assert json.loads(told.out) == {"scheduler": None, "schedule": None}
    assert schedule(scheduled, "install").exit == Exit.USAGE


def test_what_is_scheduled_sends_without_a_terminal_and_without_variables(scheduled: Tracker) -> None:
    schedule(scheduled, "install")

    variables = {"HOME": os.environ["HOME"]}
    run = subprocess.run(
        command_of(unit()), env=variables, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, check=False
    )

    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
    assert len(scheduled.uploads[0].json()["calls"]) == 3


def test_status_tells_the_next_run(scheduled: Tracker) -> None:
    before = scheduled.raw("status", "--codex-home", str(scheduled.home)).out
    schedule(scheduled, "install")

    after = scheduled.raw("status", "--codex-home", str(scheduled.home)).out

    assert "Next run   not scheduled" in before
    assert "Next run   at Sat 2026-11-21 13:00:00 UTC (by a systemd timer)" in after


def test_no_secret_stands_in_what_is_scheduled(scheduled: Tracker) -> None:
    schedule(scheduled, "install")

    assert TOKEN not in unit().read_text()


@pytest.mark.parametrize("cache", [".cache/uv/archive-v0/x/bin", ".local/share/pipx/.cache/y/bin", ".cache/pipx/z/bin"])
def test_a_schedule_never_leads_into_a_cache(
    scheduled: Tracker, programs: Path, monkeypatch: pytest.MonkeyPatch, cache: str
) -> None:
    cached = tracker_program(Path.home() / cache / "codextime-tracker")
    monkeypatch.setattr("sys.argv", [str(cached)])

    schedule(scheduled, "install")
    shutil.rmtree(cached.parent)

    assert command_of(unit())[2] == str(programs / "codextime-tracker")
    assert subprocess.run([command_of(unit())[2], "version"], capture_output=True, check=False).returncode == 0


def test_without_a_permanent_install_one_is_offered_and_nothing_is_scheduled(
    scheduled: Tracker, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (programs / "codextime-tracker").unlink()
    put(programs / "uv", "#!/bin/sh")
    monkeypatch.setattr("sys.argv", [str(tracker_program(Path.home() / ".cache/uv/x/codextime-tracker"))])

    run = schedule(scheduled, "install")

    assert run.exit == Exit.USAGE
    assert "install codextime-tracker" in run.err
    assert not unit().exists()


def test_a_link_into_a_cache_is_no_permanent_install(programs: Path) -> None:
    cached = tracker_program(Path.home() / ".cache/uv/x/codextime-tracker")
    link = programs / "codextime-tracker"
    link.symlink_to(cached)

    assert find_permanent_program([str(link)]) is None


def test_where_the_trackers_files_are_is_told_if_a_variable_says_it(
    scheduled: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule(scheduled, "install")
    elsewhere = command_of(unit())
    monkeypatch.delenv("XDG_DATA_HOME")
    remember_pairing(data_folder() / CREDENTIALS, Pairing(scheduled.peer.address, USER, TOKEN))
    schedule(scheduled, "install")
    usual = command_of(unit())

    assert elsewhere == ["/usr/bin/env", f"XDG_DATA_HOME={scheduled.home.parent / 'machine'}", *usual]
    assert "--index" not in usual


def test_an_index_that_is_elsewhere_is_told(scheduled: Tracker, tmp_path: Path) -> None:
    schedule(scheduled, "install", "--index", str(tmp_path / "own.sqlite3"))

    assert command_of(unit())[-3:] == ["--index", str(tmp_path / "own.sqlite3"), "--quiet"]


def test_a_scheduler_that_speaks_another_encoding_is_quoted_all_the_same(scheduled: Tracker, programs: Path) -> None:
    put(programs / "systemctl", "#!/bin/sh\ncase \"$*\" in *enable*) printf 'gr\\201n' >&2; exit 1;; esac")

    run = schedule(scheduled, "install")

    assert run.exit == Exit.CANNOT_WRITE
    assert "gr\ufffdn" in run.err


def test_a_machine_that_is_not_paired_is_told_to_pair_first(scheduled: Tracker) -> None:
    (data_folder() / CREDENTIALS).unlink()

    run = scheduled.raw("schedule", "install", USER)

    assert run.exit == Exit.USAGE
    assert f"codextime-tracker login {USER}" in run.err


def test_cron_keeps_the_lines_of_others(programs: Path, asked: Path) -> None:
    put(programs / "crontab", CRONTAB)
    asked.write_text("0 5 * * * backup\n")
    cron = Cron()

    cron.install(["/opt/my tracker", "u_abcd", "100%"])
    cron.install(["/opt/my tracker", "u_efgh"])
    found, lines = cron.find(), asked.read_text().splitlines()
    cron.remove()

    assert (len(lines), lines[0]) == (2, "0 5 * * * backup")
    assert "'/opt/my tracker' u_efgh # codextime-tracker" in lines[1]
    assert "every hour" in (found or "")
    assert asked.read_text() == "0 5 * * * backup\n"


def test_where_systemd_does_not_run_cron_is_taken(programs: Path) -> None:
    put(programs / "systemctl", "#!/bin/sh\nexit 1")
    put(programs / "crontab", CRONTAB)

    assert isinstance(find_scheduler("linux"), Cron)


@pytest.mark.parametrize(("platform", "kind"), [("darwin", Launchd), ("win32", WindowsTask)])
def test_each_system_has_its_own(platform: str, kind: type) -> None:
    assert isinstance(find_scheduler(platform), kind)


def test_a_launch_agent_starts_the_command_every_hour() -> None:
    read = plistlib.loads(agent(["/opt/tracker", "u_abcd", "--quiet"]))

    assert read["ProgramArguments"] == ["/opt/tracker", "u_abcd", "--quiet"]
    assert read["StartInterval"] == 3600


def test_odd_words_reach_the_command_as_they_are(tmp_path: Path) -> None:
    assert systemd_word('50% of $HOME "x" \\') == '"50%% of $$HOME \\"x\\" \\\\"'
    assert cron_line(["a b", "50%"]) == "'a b' 50\\%"


def test_a_scheduler_that_fails_is_quoted(scheduled: Tracker, programs: Path) -> None:
    put(programs / "systemctl", '#!/bin/sh\ncase "$*" in *enable*) echo "no bus" >&2; exit 1;; esac')

    run = schedule(scheduled, "install")

    assert run.exit == Exit.CANNOT_WRITE
    assert "no bus" in run.err
    Systemd(unit().parent).remove()


@pytest.mark.parametrize(("answer", "is_installed"), [("y", True), ("", False)])
def test_a_first_run_on_a_terminal_offers_a_schedule(
    scheduled: Tracker, monkeypatch: pytest.MonkeyPatch, answer: str, is_installed: bool
) -> None:
    for name, stream in (("stdin", Person("\n" + f"{answer}\n" * 2)), ("stdout", Person()), ("stderr", Person())):
        monkeypatch.setattr(f"sys.{name}", stream)
    monkeypatch.setenv("CODEX_HOME", str(scheduled.home))

    scheduled.raw(USER)

    assert unit().exists() == is_installed


def test_a_first_run_without_a_terminal_asks_nothing(scheduled: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEX_HOME", str(scheduled.home))

    assert "every hour" not in scheduled.raw(USER).err
    assert not unit().exists()
