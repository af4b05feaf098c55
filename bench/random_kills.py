"""Kills at random moments while a growing home is sent: the tracker, the server's process, its database connections.

Afterwards the server must hold each call of the home exactly once, and its totals their sums. Fails if it does not.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.home import CALLS_PER_THREAD, START, Thread
from bench.servers import gunicorn, make_person, server

NAME = "random-kills"
KILLS = 500  # those that come after a run has ended are not counted
THREADS = 60
CALLS_A_ROUND = 40
LATEST = 0.9  # seconds after the tracker's start; undisturbed, a run takes about half of that
PATIENCE = 120  # seconds for a run that was not killed itself, retries and all

TRACKER, SERVER, DATABASE = "tracker", "server's process", "database connections"
WEIGHTS = {TRACKER: 8, SERVER: 1, DATABASE: 1}


def run() -> None:
    dice = random.Random(1)
    with tempfile.TemporaryDirectory() as folder, server(), gunicorn() as port:
        tracker = Tracker(Path(folder), port)
        threads = [
            Thread(dice, "lorem ipsum " * 20_000, START + timedelta(days=n), n % 2 == 0, 900) for n in range(THREADS)
        ]
        for thread in threads:
            thread.write(tracker.home)
        kills: Counter[str] = Counter()
        rounds = 0
        while kills.total() < KILLS:
            grow(tracker.home, threads, dice)
            rounds += 1
            what = dice.choices(list(WEIGHTS), WEIGHTS.values())[0]
            kills[what] += tracker.run_disturbed(what, dice.uniform(0, LATEST))
        tracker.run_to_the_end()
        report(tracker, kills, calls=THREADS * CALLS_PER_THREAD + rounds * CALLS_A_ROUND)


def grow(home: Path, threads: list[Thread], dice: random.Random) -> None:
    """A few more calls in some of the threads."""
    for thread in dice.choices(threads, k=CALLS_A_ROUND):
        thread.at += timedelta(minutes=1)
        with (home / thread.folder / thread.name).open("a") as file:
            file.writelines(f"{line}\n" for line in thread.call_lines(thread.uuid7()))


class Tracker:
    """The installed tracker with a Codex home, an index and an account of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        from django.utils import timezone

        from codextime.devices.services import pair_own_device

        self.home = folder / "home"
        self.user = make_person("killed")
        self.program = str(Path(sys.executable).with_name("codextime-tracker"))
        address = f"http://localhost:{port}"
        self.command = [
            self.program,
            self.user.public_id,
            "--server",
            address,
            "--codex-home",
            str(self.home),
            "--quiet",
        ]
        token = pair_own_device(user=self.user, name="Bench", now=timezone.now())[1]
        self.environment = os.environ | {"CODEXTIME_TOKEN": token, "XDG_DATA_HOME": str(folder / "data")}
        self.web = find_children(os.getpid(), "gunicorn")[0]

    def run_disturbed(self, what: str, after: float) -> bool:
        """Whether the run had not ended before."""
        with subprocess.Popen(self.command, env=self.environment, stderr=subprocess.DEVNULL) as process:
            try:
                process.wait(after)
            except subprocess.TimeoutExpired:
                self.disturb(what, process)
                process.wait(PATIENCE)
                return True
            return False

    def disturb(self, what: str, process: "subprocess.Popen[bytes]") -> None:
        if what == TRACKER:
            process.kill()
        elif what == SERVER:
            for child in find_children(self.web, "gunicorn"):
                os.kill(child, signal.SIGKILL)  # gunicorn's master starts another one
        else:
            cut_connections()

    def run_to_the_end(self) -> None:
        subprocess.run(self.command, env=self.environment, check=True, timeout=PATIENCE)

    def exported(self) -> list[dict[str, Any]]:
        command = [self.program, "export", "--no-index", "--codex-home", str(self.home)]
        lines = subprocess.run(command, env=self.environment, check=True, capture_output=True).stdout.splitlines()
        return [json.loads(line) for line in lines]


def find_children(parent: int, word: str) -> list[int]:
    """The processes that `parent` started with `word` in their command."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            started_by = int(status.read_text().rpartition(")")[2].split()[1])
            if started_by == parent and word in status.with_name("cmdline").read_text():
                found.append(int(status.parent.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def cut_connections() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def report(tracker: Tracker, kills: Counter[str], *, calls: int) -> None:
    """Raises `AssertionError` if a call is lost or double, or a total is not the sum of its calls."""
    from django.db.models import Count, Sum

    from codextime.usage.models import Call, Slot
    from codextime.usage.services import rebuild_dirty_dates

    found = tracker.exported()
    ledger = (calls, sum(call["input_tokens"] for call in found), sum(call["output_tokens"] for call in found))
    assert len(found) == calls
    rebuild_dirty_dates(user_id=tracker.user.pk)
    sums = {"input": Sum("input_tokens"), "output": Sum("output_tokens")}
    stored = Call.objects.filter(user=tracker.user, withdrawn_at=None).aggregate(calls=Count("call_id"), **sums)
    totals = Slot.objects.filter(user=tracker.user).aggregate(number=Sum("calls"), **sums)
    assert tuple(stored.values()) == ledger, (stored, ledger)
    assert tuple(totals.values()) == ledger, (totals, ledger)
    print("| Killed | Times |\n|---|---|")
    for what, times in kills.most_common():
        print(f"| {what} | {times} |")
    print(f"\n{ledger[0]:,} calls, {ledger[1] + ledger[2]:,} tokens: each call once, and the totals are their sums.")
