"""Keeps our programs running, starts again what dies, and stops all of them in order."""

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Any

from codextime.runtime import logs
from codextime.runtime.errors import StartRefused, StopRequested
from codextime.runtime.processes import Process, Reaper, last_lines, send

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TICK_SECONDS = 5  # how often logs are looked at; what happens to a program wakes us at once
PATIENCE_SECONDS = 15
ONE_WISH_SECONDS = 0.5  # make and its shell pass on what the terminal sends to all of us
STABLE_SECONDS = 30  # one that ran this long and dies then is not failing "again"
PAUSES_SECONDS = (0.2, 1.0, 3.0, 8.0)  # before each further start; then we give up


class GaveUp(StartRefused):
    """A program died again and again."""


@dataclass
class Child:
    """One program that should run: how to start it, and what became of it so far.

    `is_ending` tells that somebody else asked it to end and it takes its time.
    """

    name: str
    start: Callable[[IO[bytes]], Process]
    stop_signal: signal.Signals
    log: Path
    rank: int
    process: Process
    started_at: float
    is_ending: Callable[[], bool]
    failures: int = 0
    restart_at: float | None = None


class Signals:
    """Turns signals into a flag and wakes the loop: nothing is ever interrupted half-way."""

    def __init__(self) -> None:
        self.stop_count = 0
        self._counted_at = -ONE_WISH_SECONDS
        self._replaced: dict[signal.Signals, Any] = {}
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)

    def __enter__(self) -> "Signals":
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            self._replaced[number] = signal.signal(number, self._count)
        # Only to be woken when a program ends.
        self._replaced[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        signal.set_wakeup_fd(-1)
        for number, handler in self._replaced.items():
            signal.signal(number, handler)
        os.close(self._reader)
        os.close(self._writer)

    def check(self) -> None:
        """Raises `StopRequested` if somebody asked us to stop."""
        if self.stop_count:
            raise StopRequested

    def sleep(self, seconds: float) -> None:
        """Waits, but not beyond the next signal."""
        if select.select([self._reader], [], [], max(seconds, 0))[0]:
            os.read(self._reader, 512)

    def _count(self, _number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._counted_at >= ONE_WISH_SECONDS:
            self.stop_count += 1
            self._counted_at = now


class Supervisor:
    """`say` prints one line to the person who started us."""

    def __init__(self, *, signals: Signals, reaper: Reaper, say: Callable[[str], None]) -> None:
        self.signals = signals
        self.children: list[Child] = []
        self.reaper = reaper
        self._say = say
        self._reaper_may_start_at = 0.0

    def add(
        self,
        *,
        name: str,
        start: Callable[[IO[bytes]], Process],
        stop_signal: signal.Signals,
        log: Path,
        rank: int,
        is_ending: Callable[[], bool] = lambda: False,
    ) -> Child:
        """Starts a program that is to run from now on; lower ranks are stopped first."""
        process = self._start(start, stop_signal, log, rank)
        child = Child(name, start, stop_signal, log, rank, process, time.monotonic(), is_ending)
        self.children.append(child)
        return child

    def run(self, on_tick: Callable[[], None]) -> None:
        """Watches until somebody asks to stop (`StopRequested`) or a program cannot be kept running (`GaveUp`).

        `on_tick` is called whenever any process of ours ended, and every few seconds.
        """
        while True:
            self.signals.check()
            self._look_after_reaper()
            for child in self.children:
                self._look_after(child)
                logs.trim(child.log)
            on_tick()
            self.signals.sleep(self._until_next_restart())

    def stop(self) -> None:
        """Ends all programs in order, with a line each. A second Ctrl-C ends them at once."""
        for child in sorted(self.children, key=lambda child: child.rank):
            if child.process.poll() is None:
                self._say(f"  stopping {child.name}")
                self._end(child)
            send(child.process, signal.SIGKILL)  # what a killed leader left behind
            self.reaper.forget(child.process)
        self.children.clear()

    def _start(
        self, start: Callable[[IO[bytes]], Process], stop_signal: signal.Signals, log: Path, rank: int
    ) -> Process:
        with logs.open_log(log) as output:
            process = start(output)
        self.reaper.end_later(process, stop_signal, rank)
        return process

    def _look_after(self, child: Child) -> None:
        if child.restart_at is not None:
            if time.monotonic() >= child.restart_at:
                child.restart_at, child.started_at = None, time.monotonic()
                child.process = self._start(child.start, child.stop_signal, child.log, child.rank)
        elif child.process.poll() is not None:
            self._plan_restart(child)
        elif child.is_ending():
            child.process.send_signal(child.stop_signal)  # at once, so that it is soon there again

    def _look_after_reaper(self) -> None:
        code = self.reaper.find_return_code()
        if code is None or time.monotonic() < self._reaper_may_start_at:
            return
        self.reaper.start_again()
        self._reaper_may_start_at = time.monotonic() + TICK_SECONDS / 2
        self._say(f"the reaper, which ends all this if it is killed, {describe_end(code)}: started it again.")

    def _plan_restart(self, child: Child) -> None:
        send(child.process, signal.SIGKILL)  # its own children must not run beside the new ones
        self.reaper.forget(child.process)
        if time.monotonic() - child.started_at > STABLE_SECONDS:
            child.failures = 0
        how = describe_end(child.process.returncode)
        if child.failures == len(PAUSES_SECONDS):
            raise GaveUp(
                f"{child.name} {how} {child.failures + 1} times in a row. The end of its log, {child.log}:\n"
                f"{last_lines(child.log)}"
            )
        child.restart_at = time.monotonic() + PAUSES_SECONDS[child.failures]
        child.failures += 1
        self._say(f"{child.name} {how}: starting it again. Its log: {child.log}")

    def _until_next_restart(self) -> float:
        waiting = [child.restart_at for child in self.children if child.restart_at is not None]
        return min([TICK_SECONDS, *(moment - time.monotonic() for moment in waiting)])

    def _end(self, child: Child) -> None:
        child.process.send_signal(child.stop_signal)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while child.process.poll() is None:
            if time.monotonic() > deadline or self.signals.stop_count > 1:
                self._say(f"  {child.name} did not stop in time: killing it")
                send(child.process, signal.SIGKILL)
                child.process.wait()
                return
            self.signals.sleep(min(deadline - time.monotonic(), TICK_SECONDS))


def describe_end(returncode: int) -> str:
    if returncode < 0:
        return f"was killed ({signal.Signals(-returncode).name})"
    return f"ended by itself (exit code {returncode})"


def run_to_end(process: subprocess.Popen[str], given: str, signals: Signals) -> str:
    """The short output of a program that reads a line and ends; it is killed when somebody asks us to stop."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the program has no pipes")
    with process.stdout as output:
        with process.stdin as question, contextlib.suppress(BrokenPipeError):
            question.write(given)
        try:
            while process.poll() is None:
                signals.check()
                signals.sleep(TICK_SECONDS)
        except StopRequested:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        return output.read()
