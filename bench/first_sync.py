"""The whole first run of the tracker against a server on the same machine: scan, uploads, summary.

It runs on a terminal, which tells how long its bars ever stood still.
"""

import os
import pty
import shutil
import subprocess
import sys
import tempfile
import termios
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.cold_scan import SCAN, measure
from bench.home import generate_home
from bench.servers import gunicorn, make_person, server

NAME = "first-sync"
CALLS = 100_000
MEGABYTES = 1_000
RUNS = 5
ROWS_AND_COLUMNS = (24, 80)


def run() -> None:
    with tempfile.TemporaryDirectory() as folder, server(), gunicorn() as port:
        home, data = Path(folder, "home"), Path(folder, "data")
        generate_home(home, calls=CALLS, megabytes=MEGABYTES, minutes_apart=180)
        syncs: list[float] = []
        pauses: list[float] = []
        scans: list[float] = []
        for number in range(RUNS):
            wall, pause = sync_once(home, data, port, f"person-{number}")
            syncs.append(wall)
            pauses.append(pause)
            shutil.rmtree(data)
            command = [sys.executable, "-c", SCAN, str(data / "index.sqlite3"), str(home)]
            scans.append(measure(command)[0].wall_seconds)
            shutil.rmtree(data)
    print(f"{CALLS:,} calls in {MEGABYTES:,} MB, medians of {RUNS} runs (longest)\n")
    print("| What | Wall, s | To the scan alone |\n|---|---|---|")
    for name, walls in (("first sync", syncs), ("scan alone", scans)):
        print(f"| {name} | {median(walls):.1f} ({max(walls):.1f}) | {median(walls) / median(scans):.1f} |")
    print(f"| longest time without a movement on the terminal | {median(pauses):.2f} ({max(pauses):.2f}) | |")


def sync_once(home: Path, data: Path, port: int, name: str) -> tuple[float, float]:
    """From the start of the tracker to its end, for an account that has nothing yet; and the longest stillness."""
    from django.utils import timezone

    from codextime.devices.services import pair_own_device
    from codextime.usage.models import Call

    user = make_person(name)
    token = pair_own_device(user=user, name="Bench", now=timezone.now())[1]
    tracker = str(Path(sys.executable).with_name("codextime-tracker"))
    command = [tracker, user.public_id, "--server", f"http://localhost:{port}", "--codex-home", str(home)]
    wall, pause = watch(command, os.environ | {"CODEXTIME_TOKEN": token, "XDG_DATA_HOME": str(data)})
    stored = Call.objects.filter(user=user).count()
    assert stored == CALLS, stored
    return wall, pause


def watch(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds from the program's start to its end, and the most of them between two outputs on its terminal."""
    screen, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, ROWS_AND_COLUMNS)  # else it has none, and nothing is drawn
    last = started = perf_counter()
    pause = 0.0
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=terminal, env=environment
    ) as process:
        os.close(terminal)
        while read_some(screen):
            now = perf_counter()
            pause, last = max(pause, now - last), now
        process.wait()
    os.close(screen)
    assert process.returncode == 0
    ended = perf_counter()
    return ended - started, max(pause, ended - last)


def read_some(screen: int) -> bytes:
    """Empty once nobody can write to the terminal any more."""
    try:
        return os.read(screen, 65_536)
    except OSError:  # Linux says so
        return b""
