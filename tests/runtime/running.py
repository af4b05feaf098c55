"""A real `codextime up` in a process of its own, on a free port and a data folder of its own."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil

from tests.ports import find_free_port

DEADLINE_SECONDS = 120  # on a machine that has much else to do
POLL_SECONDS = 0.02
NOT_FOR_US = (
    # The servers and settings of the test run.
    *("DATABASE_URL", "REDIS_URL", "CODEXTIME_MODE", "CODEXTIME_NAMESPACE", "DJANGO_SETTINGS_MODULE"),
    # Would make every start of a program four times as slow as it is for people.
    "PYTHONDONTWRITEBYTECODE",
)


def make_data_folder() -> Path:
    """Not pytest's `tmp_path`: as root, PostgreSQL's user could not enter it."""
    folder = Path(tempfile.mkdtemp(prefix="codextime-test-up-", dir="/tmp"))
    folder.chmod(0o711)
    return folder / "data"


def run(command: str, data: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a `codextime` command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "codextime.runtime.start", *command.split()],
        env=environment(data, variables),
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )


def environment(data: Path, variables: dict[str, str]) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if name not in NOT_FOR_US}
    # A port of its own, also for what refuses to start: another test may be looking at the usual one.
    return clean | {"CODEXTIME_DATA": str(data), "SYNC": "0", "PORT": str(find_free_port())} | variables


def wait_until(is_so: Callable[[], bool], what: Callable[[], str]) -> None:
    """Looks again and again; `what` says in the end what was waited for in vain."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, what()
        time.sleep(POLL_SECONDS)


class Up:
    """A started one; `lines` grows as it prints."""

    def __init__(self, data: Path, **variables: str) -> None:
        self.data = data
        self.port = find_free_port()
        self.url = f"http://localhost:{self.port}"
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "codextime.runtime.start", "up"],
            env=environment(data, {"PORT": str(self.port)} | variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def wait_for(self, text: str) -> str:
        """The first line that contains `text`."""
        wait_until(
            lambda: any(text in line for line in self.lines) or self.process.poll() is not None,
            lambda: f"{text!r} in {self.lines}",
        )
        assert any(text in line for line in self.lines), f"It ended: {self.lines}"
        return next(line for line in self.lines if text in line)

    def login_link(self) -> str:
        return self.wait_for("/sign-in/").strip()

    def children(self) -> list[psutil.Process]:
        """All that runs because of it; what is restarted is a child again."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, word: str, *, other_than: psutil.Process | None = None) -> psutil.Process:
        """The one program whose command line has this word, once it runs."""
        found: list[psutil.Process] = []

        def find() -> bool:
            direct = psutil.Process(self.process.pid).children()
            found[:] = [process for process in direct if word in command_line(process) and process != other_than]
            return bool(found)

        wait_until(find, lambda: f"a program with {word!r}")
        return found[0]

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(DEADLINE_SECONDS)

    def end(self) -> None:
        """Ends it, whatever a test did to it, and removes its data."""
        if self.process.poll() is None:
            self.interrupt()
        shutil.rmtree(self.data.parent)


def command_line(process: psutil.Process) -> str:
    """Nothing for one that ended in this moment."""
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""


def sign_in(link: str, browser: httpx.Client | None = None) -> int:
    """The status after pressing the button of a sign-in page, or of the page if it has none."""
    browser = browser or httpx.Client(timeout=DEADLINE_SECONDS)
    page = browser.get(link)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    if token is None:
        return page.status_code
    return browser.post(link, data={"csrfmiddlewaretoken": token[1]}).status_code
