import subprocess
import sys
from pathlib import Path

import pytest
from codextime_tracker.locking import AlreadyRunning, one_run_at_a_time

HOLD = """
import pathlib, sys
from codextime_tracker.locking import one_run_at_a_time
with one_run_at_a_time(pathlib.Path(sys.argv[1])):
    print("holding", flush=True)
    input()
"""


def test_a_second_run_says_that_the_first_is_at_work_until_it_is_killed(tmp_path: Path) -> None:
    index = tmp_path / "index.sqlite3"
    first = subprocess.Popen([sys.executable, "-c", HOLD, index], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with first:
        assert first.stdout is not None
        first.stdout.readline()

        with pytest.raises(AlreadyRunning, match="Another run"), one_run_at_a_time(index):
            pass
        first.kill()

    with one_run_at_a_time(index):
        pass
