"""Starts programs and makes sure that they end."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from codextime.runtime import reaper
from codextime.runtime.errors import StartRefused

Process = subprocess.Popen[bytes]

START_SECONDS = 60
POLL_SECONDS = 0.02
LOG_LINES_SHOWN = 8


class Reaper:
    """The pipe to the process that ends our programs when we are gone (see `reaper`).

    `held_files` stay open in it: a lock among them is free only when everything has ended.
    """

    def __init__(self, held_files: tuple[int, ...] = ()) -> None:
        self._held_files = held_files
        self._orders: dict[str, str] = {}  # what a new one must be told, by what it is about
        self._process = self._start()

    def end_later(self, process: Process, with_signal: signal.Signals, rank: int) -> None:
        """Ends the process group when we are gone, lower ranks first."""
        self._order(str(process.pid), f"end {process.pid} {int(with_signal)} {rank}")

    def forget(self, process: Process) -> None:
        self._orders.pop(str(process.pid), None)
        self._say(f"forget {process.pid}")

    def remove_later(self, folder: Path) -> None:
        self._order(str(folder), f"rmtree {folder}")

    def find_return_code(self) -> int | None:
        """`None` while it runs."""
        return self._process.poll()

    def start_again(self) -> None:
        """Another one that knows all that the dead one knew."""
        self._close_pipe()
        self._process = self._start()
        for order in self._orders.values():
            self._say(order)

    def finish(self) -> None:
        """Ends all that was not taken back, now, and waits until it is done."""
        if self._process.poll() is not None:
            self.start_again()
        self._close_pipe()
        self._process.wait()

    def _start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(reaper.__file__))],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
            pass_fds=self._held_files,
            cwd="/",
        )

    def _close_pipe(self) -> None:
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()

    def _order(self, about: str, order: str) -> None:
        self._orders[about] = order
        self._say(order)

    def _say(self, line: str) -> None:
        pipe = self._process.stdin
        if pipe is None:
            raise RuntimeError("the reaper has no pipe")
        with contextlib.suppress(BrokenPipeError):  # somebody ended it: the next one is told
            pipe.write(line + "\n")
            pipe.flush()


def spawn(command: list[str], log: IO[bytes], **popen_arguments: Any) -> Process:
    """Starts a program in a session of its own, so that a Ctrl-C reaches us and not it, with its output in `log`."""
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True, **popen_arguments
    )


def send(process: Process, number: signal.Signals) -> None:
    """Signals the whole process group, whether or not its leader is still there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def keep_going() -> None:
    """What `wait_until_ready` checks when nobody can ask it to stop."""


def wait_until_ready(
    name: str, process: Process, is_ready: Callable[[], bool], log: Path, check: Callable[[], None] = keep_going
) -> None:
    """Returns when the program answers; `StartRefused` with the end of its log when it does not.

    `check` is called all the while and may raise to give up.
    """
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        check()
        if process.poll() is not None or time.monotonic() > deadline:
            raise StartRefused(f"{name} did not start; the end of its log, {log}:\n{last_lines(log)}")
        time.sleep(POLL_SECONDS)


def last_lines(log: Path) -> str:
    """The end of a log, as people are shown it."""
    return "\n".join(without_traceback(log.read_text(errors="replace").splitlines())[-LOG_LINES_SHOWN:])


def without_traceback(lines: list[str]) -> list[str]:
    """If a Python program died, what it died of, and not how it came there: that stays in the log."""
    begins = [number for number, line in enumerate(lines) if line.startswith("Traceback ")]
    if not begins:
        return lines
    return list(itertools.dropwhile(lambda line: line.startswith((" ", "Traceback ")), lines[begins[-1] :]))
