"""The private memory (USS) of a first scan at its highest: over a large Codex home, and over very long lines."""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.cold_scan import SCAN
from bench.home import START, Thread
from bench.sparse import generate_sparse_home, write_sparse

NAME = "memory"
ROLLOUTS, MEGABYTES, CALLS = 10_000, 3_000, 300_000
LONGEST_LINE = 64 * 1024 * 1024
SAMPLES_A_SECOND = 100


def run() -> None:
    print(f"Highest of {SAMPLES_A_SECOND} looks a second at `/proc/PID/smaps_rollup`\n")
    print("| Codex home | Private memory, MB |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        generate_sparse_home(Path(folder, "home"), rollouts=ROLLOUTS, calls=CALLS, megabytes=MEGABYTES)
        used = scan_in_process(Path(folder), calls=CALLS)
        print(f"| {MEGABYTES:,} MB in {ROLLOUTS:,} rollouts with {CALLS:,} calls | {used:.0f} |")
    for what, size in (("just under", LONGEST_LINE - 200_000), ("over", LONGEST_LINE + 200_000)):
        with tempfile.TemporaryDirectory() as folder:
            thread = Thread(random.Random(1), "lorem ipsum " * 1_000, START, True, 100)
            write_sparse(Path(folder, "home"), thread, calls=10, size=size)
            print(f"| one line {what} 64 MiB | {scan_in_process(Path(folder), calls=10):.0f} |")


def scan_in_process(folder: Path, *, calls: int) -> float:
    """The most memory, in MB, that was the scan's alone: without what its processes share."""
    command = [sys.executable, "-c", SCAN, str(folder / "index.sqlite3"), str(folder / "home")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        highest = 0
        while process.poll() is None:
            highest = max(highest, private_kilobytes(process.pid))
            time.sleep(1 / SAMPLES_A_SECOND)
        assert process.stdout
        assert int(process.stdout.read().split()[0]) == calls
    return highest / 1000


def private_kilobytes(pid: int) -> int:
    """Of the process and of those that it started."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it has just ended
    own = sum(int(line.split()[1]) for line in lines if line.startswith("Private"))
    return own + sum(private_kilobytes(int(child)) for child in children)
