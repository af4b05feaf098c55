"""The whole first run of the tracker against a server on the same machine: scan, uploads, summary."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.cold_scan import SCAN, measure
from bench.home import generate_home
from bench.servers import gunicorn, make_person, server

NAME = "first-sync"
CALLS = 100_000
MEGABYTES = 1_000
RUNS = 5


def run() -> None:
    with tempfile.TemporaryDirectory() as folder, server(), gunicorn() as port:
        home, data = Path(folder, "home"), Path(folder, "data")
        generate_home(home, calls=CALLS, megabytes=MEGABYTES, minutes_apart=180)
        syncs, scans = [], []
        for number in range(RUNS):
            syncs.append(sync_once(home, data, port, f"person-{number}"))
            shutil.rmtree(data)
            command = [sys.executable, "-c", SCAN, str(data / "index.sqlite3"), str(home)]
            scans.append(measure(command)[0].wall_seconds)
            shutil.rmtree(data)
    print(f"{CALLS:,} calls in {MEGABYTES:,} MB, medians of {RUNS} runs (longest)\n")
    print("| What | Wall, s | To the scan alone |\n|---|---|---|")
    for name, walls in (("first sync", syncs), ("scan alone", scans)):
        print(f"| {name} | {median(walls):.1f} ({max(walls):.1f}) | {median(walls) / median(scans):.1f} |")


def sync_once(home: Path, data: Path, port: int, name: str) -> float:
    """From the start of the tracker to its end, for an account that has nothing yet."""
    from django.utils import timezone

    from codextime.devices.services import pair_own_device
    from codextime.usage.models import Call

    user = make_person(name)
    token = pair_own_device(user=user, name="Bench", now=timezone.now())[1]
    tracker = str(Path(sys.executable).with_name("codextime-tracker"))
    command = [tracker, user.public_id, "--server", f"http://localhost:{port}", "--codex-home", str(home)]
    cost, _ = measure(command, os.environ | {"CODEXTIME_TOKEN": token, "XDG_DATA_HOME": str(data)})
    stored = Call.objects.filter(user=user).count()
    assert stored == CALLS, stored
    return cost.wall_seconds
