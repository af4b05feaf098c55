"""The programs that start others by the clock, each in its own way: systemd, launchd, Windows tasks, cron."""

import os
import plistlib
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Protocol

from codextime_tracker.exits import CannotWrite, UsageRefused

NAME = "codextime-tracker"
MARK = f"# {NAME}"
SERVICE = """[Unit]
Description=Send what OpenAI Codex used

[Service]
Type=oneshot
ExecStart={command}
"""
TIMER = """[Unit]
Description=Send what OpenAI Codex used, every hour

[Timer]
OnCalendar=hourly
RandomizedDelaySec=10min
Persistent=true

[Install]
WantedBy=timers.target
"""


class Scheduler(Protocol):
    """`find` tells what is installed, in words; `None` if nothing is."""

    name: str

    def install(self, command: list[str]) -> None: ...

    def find(self) -> str | None: ...

    def remove(self) -> None: ...


class Systemd:
    """A user timer. See systemd.timer(5) and systemd.service(5)."""

    name = "a systemd timer"

    def __init__(self, folder: Path) -> None:
        self.service, self.timer = folder / f"{NAME}.service", folder / f"{NAME}.timer"

    def install(self, command: list[str]) -> None:
        self.service.parent.mkdir(parents=True, exist_ok=True)
        self.service.write_text(SERVICE.format(command=" ".join(map(systemd_word, command))), encoding="utf-8")
        self.timer.write_text(TIMER, encoding="utf-8")
        run(["systemctl", "--user", "daemon-reload"])
        run(["systemctl", "--user", "enable", "--now", self.timer.name])

    def find(self) -> str | None:
        if not self.timer.exists():
            return None
        ask = ["systemctl", "--user", "show", self.timer.name, "--property", "NextElapseUSecRealtime", "--value"]
        return f"at {run(ask) or 'a time that systemd does not tell'}"

    def remove(self) -> None:
        run(["systemctl", "--user", "disable", "--now", self.timer.name])
        self.service.unlink(missing_ok=True)
        self.timer.unlink(missing_ok=True)
        run(["systemctl", "--user", "daemon-reload"])


class Launchd:
    """A launch agent. See launchd.plist(5)."""

    name = "a launch agent"

    def __init__(self, folder: Path) -> None:
        self.file = folder / f"{NAME}.plist"

    def install(self, command: list[str]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        if self.file.exists():
            self.stop()
        self.file.write_bytes(agent(command))
        run(["launchctl", "bootstrap", domain(), str(self.file)])

    def find(self) -> str | None:
        return "every hour while you are signed in" if self.file.exists() else None

    def remove(self) -> None:
        self.stop()
        self.file.unlink(missing_ok=True)

    def stop(self) -> None:
        run(["launchctl", "bootout", f"{domain()}/{NAME}"], may_fail=True)  # it may not be running


class WindowsTask:
    """See `schtasks /?`."""

    name = "a Windows task"

    def install(self, command: list[str]) -> None:
        line = subprocess.list2cmdline(command)
        run(["schtasks", "/Create", "/F", "/SC", "HOURLY", "/TN", NAME, "/TR", line])

    def find(self) -> str | None:
        try:
            shown = run(["schtasks", "/Query", "/TN", NAME, "/FO", "CSV", "/NH"])
        except SchedulerRefused:
            return None
        return f"at {shown.split(',')[1].strip()[1:-1]}"

    def remove(self) -> None:
        run(["schtasks", "/Delete", "/F", "/TN", NAME])


class Cron:
    """A line in the user's table. See crontab(5)."""

    name = "cron"

    def install(self, command: list[str]) -> None:
        self.write([*self.others(), f"{os.getpid() % 60} * * * * {cron_line(command)} {MARK}"])

    def find(self) -> str | None:
        ours = [line for line in self.lines() if line.endswith(MARK)]
        return f"every hour at minute {ours[0].split(' ')[0]}" if ours else None

    def remove(self) -> None:
        self.write(self.others())

    def others(self) -> list[str]:
        return [line for line in self.lines() if not line.endswith(MARK)]

    def lines(self) -> list[str]:
        return run(["crontab", "-l"], may_fail=True).splitlines()  # it fails while there is no table

    def write(self, lines: list[str]) -> None:
        run(["crontab", "-"], "".join(f"{line}\n" for line in lines))


class NoScheduler(UsageRefused):
    """Nothing here starts programs by the clock."""


class SchedulerRefused(CannotWrite):
    """The system's scheduler did not do what it was asked."""


def find_scheduler(platform: str = sys.platform) -> Scheduler:
    """The one of this system. Raises `NoScheduler`."""
    if platform == "win32":
        return WindowsTask()
    if platform == "darwin":
        return Launchd(Path.home() / "Library" / "LaunchAgents")
    if has_systemd():
        config = os.environ.get("XDG_CONFIG_HOME")
        return Systemd((Path(config) if config else Path.home() / ".config") / "systemd" / "user")
    if shutil.which("crontab"):
        return Cron()
    raise NoScheduler("There is neither a systemd of your user nor cron here: use a scheduler of your own.")


def describe_schedule() -> str | None:
    """What is scheduled on this system, in words; `None` if nothing is, or nothing tells."""
    try:
        scheduler = find_scheduler()
        found = scheduler.find()
    except (NoScheduler, SchedulerRefused):
        return None
    return f"{found} (by {scheduler.name})" if found else None


def has_systemd() -> bool:
    """Whether a systemd of the user runs; in containers there often is none."""
    if not shutil.which("systemctl"):
        return False
    return subprocess.run(["systemctl", "--user", "show-environment"], capture_output=True, check=False).returncode == 0


def run(command: list[str], text: str | None = None, *, may_fail: bool = False) -> str:
    """What the program printed. Raises `SchedulerRefused`."""
    try:
        # Windows' programs do not write in the encoding that its API has.
        done = subprocess.run(command, input=text, capture_output=True, text=True, errors="replace", check=False)
    except OSError as error:
        raise SchedulerRefused(f"Cannot start {command[0]}: {error.strerror}.") from error
    if done.returncode and not may_fail:
        raise SchedulerRefused(f"{shlex.join(command)} failed: {done.stderr.strip() or done.stdout.strip()}")
    return "" if done.returncode else done.stdout.strip()


def systemd_word(word: str) -> str:
    """Quoted as systemd.service(5) reads command lines: in quotes with escapes, and `%` and `$` doubled."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def cron_line(command: list[str]) -> str:
    """crontab(5): a bare `%` would be a newline."""
    return shlex.join(command).replace("%", "\\%")


def agent(command: list[str]) -> bytes:
    every_hour = {"StartInterval": 3600, "ProcessType": "Background"}
    return plistlib.dumps({"Label": NAME, "ProgramArguments": command, **every_hour})


def domain() -> str:
    return f"gui/{os.getuid()}"
