"""The first scan of a large Codex home, index included, beside ripgrep looking for one word in the same files."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

import codextime_tracker
from codextime_tracker import compiled

from bench.home import generate_home

NAME = "cold-scan"
CALLS = 50_000
MEGABYTES = 500
RUNS = 7
SYSTEM_PYTHON = "/usr/bin/python3"

# Runs in a process of its own, which starts and ends as the program does, and says at its end how many calls it stored
# and its own memory in kB.
SCAN = """
import sys
from codextime_tracker.quick_start import collect_seldom, leave
collect_seldom()
from codextime_tracker.index import Index
from codextime_tracker.scanning import scan
with Index.open(sys.argv[1]) as index:
    report = scan(index, sys.argv[2])
own = [line for line in open("/proc/self/smaps_rollup") if line.startswith("Private")]
print(report.calls.added, sum(int(line.split()[1]) for line in own), flush=True)
leave(0)
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
        named = pythons(Path(folder))
        scans: dict[str, list[Cost]] = {}
        searches = []
        for _ in range(RUNS):  # by turns, so that what else the machine does meets all
            for name, python in named.items():
                for reader, variables in readers().items():
                    scans.setdefault(f"{name}, {reader}", []).append(scan_once(python, home, index, variables))
            searches.append(search_once(home))
    report(size, scans, [search for search in searches if search])


def pythons(folder: Path) -> dict[str, str]:
    """`interpreters`, the system's one in an environment of its own, as pipx makes them: what else it starts with each
    Python is not in there."""
    found = interpreters()
    for name, python in found.items():
        if python == SYSTEM_PYTHON:
            subprocess.run([python, "-m", "venv", "--without-pip", folder / "system"], check=True)
            found[name] = str(folder / "system" / "bin" / "python")
    return found


def interpreters() -> dict[str, str]:
    """By a name: the interpreter that runs this, and the system's own one if it can take the same packages."""
    found = {describe(sys.executable): sys.executable}
    if Path(SYSTEM_PYTHON).exists() and ask(SYSTEM_PYTHON) == ask(sys.executable):
        found[f"the system's {describe(SYSTEM_PYTHON)}"] = SYSTEM_PYTHON
    return found


def ask(python: str) -> str:
    """An interpreter's implementation and version, as far as compiled packages depend on it."""
    program = "import sys; print(sys.implementation.cache_tag)"
    return subprocess.run([python, "-c", program], capture_output=True, text=True, check=True).stdout


def describe(python: str) -> str:
    """Which interpreter it is: how it was built is a sixth of its speed."""
    return subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.strip()


def readers() -> dict[str, dict[str, str]]:
    """By a name: the variables that choose what reads the rollouts."""
    alone = {"Python alone": {"CODEXTIME_PURE": "1"}}
    return {"compiled reader": {}} | alone if compiled.read_block else alone


def scan_once(python: str, home: Path, index: Path, variables: Mapping[str, str]) -> Cost:
    shutil.rmtree(index, ignore_errors=True)
    folders = (sysconfig.get_path("platlib"), str(Path(codextime_tracker.__file__).parents[1]))
    packages = os.environ | {"PYTHONPATH": os.pathsep.join(folders)} | dict(variables)
    cost, output = measure([python, "-c", SCAN, str(index / "index.sqlite3"), str(home)], packages)
    added, own = map(int, output.split())
    assert added == CALLS
    return cost._replace(own_megabytes=own / 1000)


def search_once(home: Path) -> Cost | None:
    if shutil.which("rg") is None:
        return None
    return measure(["rg", "-c", "token_count", str(home)])[0]


def measure(command: list[str], environment: dict[str, str] | None = None) -> tuple[Cost, bytes]:
    """Runs a program to its end; what it used, and what it printed. As installed: Python keeps its bytecode."""
    environment = dict(environment or os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return Cost(usage.ru_utime + usage.ru_stime, wall, 0, usage.ru_maxrss / 1000), output


def report(size: float, scans: dict[str, list[Cost]], searches: list[Cost]) -> None:
    print(f"{size:.0f} MB, {CALLS:,} calls, {RUNS} runs, medians (least)\n")
    print("| program | CPU s | least | own memory MB | peak MB | CPU to ripgrep |")
    print("|---|---|---|---|---|---|")
    search = median(cost.cpu_seconds for cost in searches) if searches else None
    for name, costs in scans.items():
        cost = Cost(*(median(values) for values in zip(*costs, strict=True)))
        ratio = f"{cost.cpu_seconds / search:.1f}" if search else "for the ratio: apt install ripgrep"
        least = min(costs).cpu_seconds
        print(
            f"| scan into a new index, {name} | {cost.cpu_seconds:.2f} | {least:.2f} |"
            f" {cost.own_megabytes:.0f} | {cost.peak_megabytes:.0f} | {ratio} |"
        )
    if searches:
        print(f"| rg -c token_count | {search:.2f} | {min(searches).cpu_seconds:.2f} | | | 1.0 |")
