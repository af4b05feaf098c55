"""What `--watch` costs while nobody works: its share of a core, with 10,000 rollouts, 200 of them of the last day."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

NAME = "watch"
FILES, RECENT = 10_000, 200
RUNS = 5

# In a process of its own, without the waits, two rounds of looks, each with its thorough one.
LOOKS = """
import sys, time
from pathlib import Path
from codextime_tracker.watching import LOOK_SECONDS, LOOKS_TO_A_THOROUGH_ONE, Watch
seen = Watch([Path(sys.argv[1])])
started = time.process_time()
looks = 2 * LOOKS_TO_A_THOROUGH_ONE
assert not any(seen.has_changed() for _ in range(looks))
print((time.process_time() - started) / (looks * LOOK_SECONDS))
"""


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for number in range(FILES):
            place = home / "sessions" / f"{2024 + number % 3}" / f"{number % 12 + 1:02}" / f"{number % 28 + 1:02}"
            place.mkdir(parents=True, exist_ok=True)
            path = place / f"rollout-{number:06}.jsonl"
            path.touch()
            if number >= RECENT:
                os.utime(path, (0, 0))
        shares = [share_of_a_core(home) for _ in range(RUNS)]
    print(f"{median(shares):.2%} of a core (least {min(shares):.2%}), looking at {FILES:,} rollouts, {RECENT} recent")


def share_of_a_core(home: Path) -> float:
    done = subprocess.run([sys.executable, "-c", LOOKS, str(home)], capture_output=True, text=True, check=True)
    return float(done.stdout)
