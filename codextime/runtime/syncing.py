"""Syncs this machine's own Codex home while the server runs, with the tracker that everybody runs."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from codextime.runtime.data_folder import DataFolder
from codextime.runtime.options import Options
from codextime.runtime.prepare import Prepared
from codextime.runtime.processes import Reaper, send

RANK = 0
PATIENCE_SECONDS = 10


@dataclass
class Sync:
    """A tracker that is at work; it writes its progress to our terminal."""

    process: subprocess.Popen[bytes]
    reaper: Reaper
    say: Callable[[str], None]
    again: str
    is_over: bool = False

    def look(self) -> None:
        """Says once how it ended. Nothing else depends on it: the server goes on."""
        if self.is_over or self.process.poll() is None:
            return
        self.is_over = True
        self.reaper.forget(self.process)
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
    if prepared.upload_token is None:
        say(f"Found a Codex home in {home}; not syncing it, because you revoked this machine's access.")
        say(f"To allow it again, remove {folder.upload_token} and start Codextime again.")
        return None
    say(f"Found a Codex home in {home}: syncing it (SYNC=0 leaves it).")
    tracker = [sys.executable, "-P", "-m", "codextime_tracker", prepared.user_id]
    command = [*tracker, "--server", options.base_url, "--codex-home", str(home)]
    # A session of its own keeps Ctrl-C from it; the token is in its environment, never in its arguments.
    process = subprocess.Popen(
        command,
        env=os.environ | {"CODEXTIME_TOKEN": prepared.upload_token},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    reaper.end_later(process, signal.SIGTERM, RANK)
    return Sync(process, reaper, say, again=options.command("up"))
