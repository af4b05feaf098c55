"""What a new user does, on a clean clone in an empty environment: `make up`, sign in, look; then Ctrl-C.

Run by `.ci/run` with the project's own Python. Leaves nothing behind; prints one line when all is well.
"""

import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
ROLLOUTS = Path("tests/data/rollouts/0.169.0")
PATIENCE_SECONDS = 300  # installing the environment takes most of it
# How this machine reaches a package index is no part of the emptiness.
KEPT = re.compile(r"PATH|LANG|PIP_\w+|UV_\w+|SSL_CERT_\w+|\w+_PROXY", re.IGNORECASE)


class MakeUp:
    """A running `make up`, with what it printed so far."""

    def __init__(self, folder: Path) -> None:
        self.clone = folder / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(self.clone)], check=True)
        (folder / "home").mkdir()
        environment = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
        environment |= {
            "HOME": str(folder / "home"),
            "PORT": str(find_free_port()),
            "CODEXTIME_DATA": str(folder / "data"),
            "CODEX_HOME": str(self.clone / ROLLOUTS / "home"),
        }
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            ["make", "up"],
            cwd=self.clone,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line.rstrip("\n"))

    def wait_for(self, pattern: str) -> str:
        """What the pattern found in the output, once it does."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := re.search(pattern, "\n".join(self.lines))):
            if self.process.poll() is not None or time.monotonic() > deadline:
                fail(f"`make up` did not print {pattern}", self)
            time.sleep(0.1)
        return found[0]

    def programs(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def interrupt(self) -> None:
        """Ctrl-C reaches the whole process group, as from a terminal."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(PATIENCE_SECONDS)


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="codextime-smoke-", dir="/tmp"))
    folder.chmod(0o711)  # as root, PostgreSQL's user must be able to pass
    make_up = MakeUp(folder)
    try:
        link = make_up.wait_for(r"http://localhost:\d+/sign-in/\S+")
        tokens = expected_tokens(make_up.clone)
        wait_for_figure(sign_in(link), f"{tokens:,}", make_up)
        programs = make_up.programs()
        make_up.interrupt()
        left = [process for process in programs if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
        if left:
            fail(f"still running: {left}", make_up)
    finally:
        if make_up.process.poll() is None:
            make_up.interrupt()
        shutil.rmtree(folder)
    print(f"make up on a clean clone: {tokens:,} tokens on the dashboard, and nothing left after Ctrl-C")


def find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def expected_tokens(clone: Path) -> int:
    """Input and output: the truth beside the test data."""
    by_model = json.loads((clone / ROLLOUTS / "expected.json").read_text())["by_model"]
    return sum(row["input"] + row["output"] for row in by_model.values())


class Browser:
    """Keeps cookies and follows redirects, like a browser."""

    def __init__(self) -> None:
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)

    def get(self, address: str) -> str:
        return str(self._opener.open(address).read().decode())

    def submit(self, address: str, fields: dict[str, str]) -> str:
        return str(self._opener.open(address, urllib.parse.urlencode(fields).encode()).read().decode())


def sign_in(link: str) -> tuple[Browser, str]:
    """A browser that is signed in, and the address of the overview of all times."""
    browser = Browser()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(link))
    if token is None:
        raise SystemExit("The sign-in page has no form.")
    browser.submit(link, {"csrfmiddlewaretoken": token[1]})
    return browser, urllib.parse.urljoin(link, "/dashboard?period=all")


def wait_for_figure(signed_in: tuple[Browser, str], figure: str, make_up: MakeUp) -> None:
    """Until the overview shows the exact figure: the sync and the rebuild go on while we look."""
    browser, address = signed_in
    deadline = time.monotonic() + PATIENCE_SECONDS
    while figure not in browser.get(address):
        if time.monotonic() > deadline:
            fail(f"the dashboard never showed {figure}", make_up)
        time.sleep(0.2)


def fail(reason: str, make_up: MakeUp) -> None:
    print(*make_up.lines, sep="\n")
    raise SystemExit(f"smoke: {reason}")


if __name__ == "__main__":
    sys.exit(main())
