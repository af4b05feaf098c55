"""First scans of small and large Codex homes beside ccusage, the most used native counter, which keeps no index."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.cold_scan import SCAN, Cost, measure
from bench.home import CALLS_PER_THREAD, generate_home
from bench.installed import install_everywhere

NAME = "beside-ccusage"
PACKAGES = ("ccusage@20.0.24", "@ccusage/ccusage-linux-x64@20.0.24")
BINARY = "node_modules/@ccusage/ccusage-linux-x64/bin/ccusage"
MEGABYTES = (100, 600, 3_000)
CALLS_PER_MEGABYTE = 94
RUNS = 9


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        ccusage = install(Path(folder))
        if ccusage is None:
            print("This needs npm and Linux on x86-64.")
            return
        trackers = install_everywhere(Path(folder, "trackers"))
        print("| Home | Program | CPU, s | Wall, s | CPU to ccusage | Wall to ccusage |")
        print("|---|---|---|---|---|---|")
        for megabytes in MEGABYTES:
            with generated(Path(folder), megabytes) as home:
                report(megabytes, compare(home, ccusage, trackers, Path(folder, "index")))


def install(folder: Path) -> Path | None:
    """The native program without its JavaScript launcher, or `None` if it cannot be had here."""
    if shutil.which("npm") is None or not sys.platform.startswith("linux") or os.uname().machine != "x86_64":
        return None
    subprocess.run(["npm", "install", "--silent", "--prefix", folder, *PACKAGES], check=True)
    program = folder / BINARY
    program.chmod(0o755)
    return program


@contextmanager
def generated(folder: Path, megabytes: int) -> Iterator[Path]:
    """A home of about this size, with the user's home around it, where ccusage finds nothing else."""
    home = folder / "user/.codex"
    calls = megabytes * CALLS_PER_MEGABYTE // CALLS_PER_THREAD * CALLS_PER_THREAD
    generate_home(home, calls=calls, megabytes=megabytes)
    yield home
    shutil.rmtree(home)


def compare(home: Path, ccusage: Path, trackers: dict[str, Path], index: Path) -> dict[str, list[Cost]]:
    """What each program costs, by turns, so that what else the machine does meets all. They must read the same sum."""
    alone = {"HOME": str(home.parent), "CODEX_HOME": str(home), "PATH": os.environ["PATH"]}
    costs: dict[str, list[Cost]] = {}
    for _ in range(RUNS):
        native, report = measure([str(ccusage), "codex", "daily", "--json", "--offline"], environment=alone)
        costs.setdefault("ccusage", []).append(native)
        for name, programs in trackers.items():
            shutil.rmtree(index, ignore_errors=True)
            python, tracker = str(programs / "python"), str(programs / "codextime-tracker")
            scan, _ = measure([python, "-c", SCAN, str(index / "index.sqlite3"), str(home)])
            export, lines = measure([tracker, "export", "--no-index", "--codex-home", str(home)])
            calls = map(json.loads, lines.splitlines())
            assert sum(call["input_tokens"] + call["output_tokens"] for call in calls) == tokens_of(report)
            costs.setdefault(f"scan, index written, {name}", []).append(scan)
            costs.setdefault(f"`export`, without an index, {name}", []).append(export)
    return costs


def tokens_of(report: bytes) -> int:
    """Input and output, as ccusage's JSON tells them: cached input apart from the rest."""
    totals = json.loads(report)["totals"]
    return int(
        totals["inputTokens"] + totals["cacheReadTokens"] + totals["cacheCreationTokens"] + totals["outputTokens"]
    )


def report(megabytes: int, costs: dict[str, list[Cost]]) -> None:
    native = middle(costs["ccusage"])
    for name, each in costs.items():
        cost = middle(each)
        print(
            f"| {megabytes:,} MB | {name} | {cost.cpu_seconds:.2f} | {cost.wall_seconds:.2f} |"
            f" {cost.cpu_seconds / native.cpu_seconds:.2f} | {cost.wall_seconds / native.wall_seconds:.2f} |"
        )


def middle(costs: list[Cost]) -> Cost:
    return Cost(*(median(values) for values in zip(*costs, strict=True)))
