"""Syncs this machine's own Codex home while the server runs, with the tracker that everybody runs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

from codextime.runtime import logs
from codextime.runtime.data_folder import DataFolder
from codextime.runtime.options import Options
from codextime.runtime.prepare import Prepared
from codextime.runtime.processes import Process, Reaper, send

RANK = 0
PATIENCE_SECONDS = 10
ALREADY_RUNNING = 4  # the tracker's exit code when another run works on its index
RETRY_SECONDS = 10


@dataclass
class Sync:
    """A tracker that is at work; it writes its progress to our terminal.

    Where another run is at work already, such as one that waits for its approval in the browser, it is started again
    and again until that one has ended, and writes to `log` instead.
    """

    run: Callable[[IO[bytes] | None], Process]
    reaper: Reaper
    say: Callable[[str], None]
    again: str
    log: Path
    process: Process = field(init=False)
    is_waiting: bool = False
    is_over: bool = False
    retry_at: float | None = None

    def __post_init__(self) -> None:
        self.start(None)

    def start(self, output: IO[bytes] | None) -> None:
        self.process = self.run(output)
        self.reaper.end_later(self.process, signal.SIGTERM, RANK)

    def look(self) -> None:
        """Says once how it ended. Nothing else depends on it: the server goes on."""
        if self.retry_at is not None:
            self.try_again()
        elif not self.is_over and self.process.poll() is not None:
            self.reaper.forget(self.process)
            if self.process.returncode == ALREADY_RUNNING:
                self.wait_for_the_other()
            else:
                self.conclude()

    def try_again(self) -> None:
        if self.retry_at is not None and time.monotonic() >= self.retry_at:
            self.retry_at = None
            self.log.unlink(missing_ok=True)
            with logs.open_log(self.log) as output:
                self.start(output)

    def wait_for_the_other(self) -> None:
        if not self.is_waiting:
            self.say(f"Looking every {RETRY_SECONDS} s: this machine's Codex home is synced once that run has ended.")
        self.is_waiting, self.retry_at = True, time.monotonic() + RETRY_SECONDS

    def conclude(self) -> None:
        self.is_over = True
        if self.is_waiting:
            self.say(self.log.read_text(errors="replace").rstrip())
        if self.process.returncode:
            self.say(
                f"The sync did not finish; the dashboard works without it. To try again: Ctrl-C, then {self.again}"
            )

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                send(self.process, signal.SIGKILL)
                self.process.wait()
        self.reaper.forget(self.process)


def start(
    options: Options, folder: DataFolder, prepared: Prepared, reaper: Reaper, say: Callable[[str], None]
) -> Sync | None:
    """Starts the tracker on the Codex home, if there is one and it is wanted; says what happens either way."""
    home = options.codex_home
    if not home.is_dir():
        say(f"There is no Codex home in {home}, so there is nothing to sync from this machine.")
        return None
    if not options.is_sync_wanted:
        say(f"Found a Codex home in {home}; not syncing it (SYNC=0).")
        return None
    if prepared.is_being_erased:
        say(f"Found a Codex home in {home}; not syncing it, because your account is going to be erased.")
        say("To sync again, keep the account, under Settings, and start Codextime again.")
        return None
    if prepared.upload_token is None:
        say(f"Found a Codex home in {home}; not syncing it, because you revoked this machine's access.")
        say(f"To allow it again, remove {folder.upload_token} and start Codextime again.")
        return None
    say(f"Found a Codex home in {home}: syncing it (SYNC=0 leaves it).")
    tracker = [sys.executable, "-P", "-m", "codextime_tracker", prepared.user_id]
    command = [*tracker, "--server", options.base_url, "--codex-home", str(home)]
    if prepared.groups_by_session:
        command.append("--group-by-session")
    # The token is in its environment, never in its arguments.
    run = partial(run_tracker, command, os.environ | {"CODEXTIME_TOKEN": prepared.upload_token})
    return Sync(run, reaper, say, again=options.command("up"), log=folder.log("sync"))


def run_tracker(command: list[str], environment: dict[str, str], output: IO[bytes] | None) -> Process:
    """In a session of its own, which keeps Ctrl-C from it."""
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
    )
