"""One more call at the end of a large rollout that the index knows, and how quickly the tracker says what it can do."""

import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median

from bench.cold_scan import SCAN, measure
from bench.home import START, Thread

NAME = "appended-call"
MEGABYTES = 200
RUNS = 7


def run() -> None:
    tracker = str(Path(sys.executable).with_name("codextime-tracker"))
    with tempfile.TemporaryDirectory() as folder:
        scans = appended_scans(Path(folder))
    helps = [measure([tracker, "--help"])[0].wall_seconds for _ in range(RUNS)]
    bare = [measure([sys.executable, "-c", ""])[0].wall_seconds for _ in range(RUNS)]
    print(f"Medians of {RUNS} runs, whole processes\n")
    print("| What | Wall, s | To a Python that does nothing |\n|---|---|---|")
    for name, walls in ((f"one call at the end of {MEGABYTES} MB", scans), ("`--help`", helps), ("Python", bare)):
        print(f"| {name} | {median(walls):.3f} | {median(walls) / median(bare):.1f} |")


def appended_scans(folder: Path) -> list[float]:
    """How long each scan takes after a call was appended to one rollout of 200 MB."""
    home, command = folder / "home", [sys.executable, "-c", SCAN, str(folder / "index.sqlite3"), str(folder / "home")]
    thread = Thread(Random(1), "lorem ipsum " * 100_000, START, True, 1_000)
    thread.write(home)
    (path,) = home.rglob("rollout-*")
    with path.open("a") as file:
        while file.tell() < MEGABYTES * 1_000_000:
            file.write(thread.item(role="tool", text=100_000) + "\n")
    measure(command)
    walls = []
    for _ in range(RUNS):
        thread.at += timedelta(minutes=1)
        with path.open("a") as file:
            file.writelines(f"{line}\n" for line in thread.call_lines(thread.uuid7()))
        cost, output = measure(command)
        assert output.split()[0] == b"1"
        walls.append(cost.wall_seconds)
    return walls
