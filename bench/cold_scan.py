"""The first scan of a large Codex home, index included, beside ripgrep looking for one word in the same files."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

from bench.home import generate_home

NAME = "cold-scan"
CALLS = 50_000
MEGABYTES = 500
RUNS = 7

# Runs in a process of its own, and says at its end how many calls it stored and its own memory in kB.
SCAN = """
import sys
from pathlib import Path
from codextime_tracker.index import Index
from codextime_tracker.scanning import scan
with Index.open(Path(sys.argv[1])) as index:
    report = scan(index, Path(sys.argv[2]))
own = [line for line in open("/proc/self/smaps_rollup") if line.startswith("Private")]
print(report.calls.added, sum(int(line.split()[1]) for line in own))
"""


class Cost(NamedTuple):
    """What one process used: CPU seconds of user and system together, seconds from start to end, and memory in MB."""

    cpu_seconds: float
    wall_seconds: float
    own_megabytes: float
    peak_megabytes: float


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home, index = Path(folder, "home"), Path(folder, "index")
        generate_home(home, calls=CALLS, megabytes=MEGABYTES)
        size = sum(path.stat().st_size for path in home.rglob("*.jsonl")) / 1e6
        scans, searches = [], []
        for _ in range(RUNS):  # by turns, so that what else the machine does meets both
            scans.append(scan_once(home, index))
            searches.append(search_once(home))
    report(size, scans, [search for search in searches if search])


def scan_once(home: Path, index: Path) -> Cost:
    shutil.rmtree(index, ignore_errors=True)
    cost, output = measure([sys.executable, "-c", SCAN, str(index / "index.sqlite3"), str(home)])
    added, own = map(int, output.split())
    assert added == CALLS
    return cost._replace(own_megabytes=own / 1000)


def search_once(home: Path) -> Cost | None:
    if shutil.which("rg") is None:
        return None
    return measure(["rg", "-c", "token_count", str(home)])[0]


def measure(command: list[str], environment: dict[str, str] | None = None) -> tuple[Cost, bytes]:
    """Runs a program to its end; what it used, and what it printed."""
    started = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return Cost(usage.ru_utime + usage.ru_stime, wall, 0, usage.ru_maxrss / 1000), output


def report(size: float, scans: list[Cost], searches: list[Cost]) -> None:
    cpu = median(cost.cpu_seconds for cost in scans)
    print(f"{size:.0f} MB, {CALLS:,} calls, {len(scans)} runs, medians (least)\n")
    print("| program | CPU s | least | own memory MB | peak MB |")
    print("|---|---|---|---|---|")
    own, peak = median(cost.own_megabytes for cost in scans), median(cost.peak_megabytes for cost in scans)
    print(f"| scan into a new index | {cpu:.2f} | {min(scans).cpu_seconds:.2f} | {own:.0f} | {peak:.0f} |")
    if not searches:
        print("\nFor the ratio, install ripgrep: apt install ripgrep")
        return
    search = median(cost.cpu_seconds for cost in searches)
    print(f"| rg -c token_count | {search:.2f} | {min(searches).cpu_seconds:.2f} | | |")
    print(f"| ratio | {cpu / search:.1f} | {min(scans).cpu_seconds / min(searches).cpu_seconds:.1f} | | |")
