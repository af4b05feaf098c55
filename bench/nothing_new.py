"""A run that finds nothing new in a large Codex home: the tracker from its start to its end, without a connection."""

import os
import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.cold_scan import measure
from bench.sparse import generate_sparse_home

NAME = "nothing-new"
ROLLOUTS, MEGABYTES, CALLS = 10_000, 3_000, 50_000
RUNS = 11
USER, SERVER = "u_benchbenchbench", "http://localhost:9"  # where nobody listens


def run() -> None:
    from codextime_tracker.destinations import Destination
    from codextime_tracker.index import Index
    from codextime_tracker.scanning import scan

    with tempfile.TemporaryDirectory() as folder:
        home, index_file = Path(folder, "home"), Path(folder, "index.sqlite3")
        generate_sparse_home(home, rollouts=ROLLOUTS, calls=CALLS, megabytes=MEGABYTES)
        with Index.open(index_file) as index:
            report = scan(index, home)
            assert (report.files, report.calls.added) == (ROLLOUTS, CALLS)
            index.acknowledge(str(Destination(SERVER, USER, report.source_key)), index.last_change())
        tracker = str(Path(sys.executable).with_name("codextime-tracker"))
        command = [tracker, USER, "--server", SERVER, "--codex-home", str(home), "--index", str(index_file)]
        environment = os.environ | {"CODEXTIME_TOKEN": "cxt_" + "b" * 40, "XDG_DATA_HOME": folder}
        environment |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": f"{folder}/compiled"}  # as installed
        measure(command, environment)
        costs = []
        for _ in range(RUNS):
            cost, output = measure(command, environment)
            assert b"nothing new" in output, output
            costs.append(cost)
    walls, seconds = [cost.wall_seconds for cost in costs], [cost.cpu_seconds for cost in costs]
    print(f"{ROLLOUTS:,} rollouts, {MEGABYTES:,} MB, {CALLS:,} calls; medians of {RUNS} runs (least)\n")
    print("| What | Wall, s | CPU, s |\n|---|---|---|")
    print(f"| nothing new | {median(walls):.3f} ({min(walls):.3f}) | {median(seconds):.3f} ({min(seconds):.3f}) |")
