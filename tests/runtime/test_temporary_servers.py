"""The servers of a test run are gone after it, however it ends."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psutil

from tests.runtime.running import wait_until

RUN = """
from codextime.runtime.temporary import TemporaryServers
print(TemporaryServers.start().database_url, flush=True)
input()
"""


def test_a_killed_test_run_leaves_no_process_and_no_folder() -> None:
    run = subprocess.Popen([sys.executable, "-c", RUN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert run.stdout
    folder = Path(unquote(urlsplit(run.stdout.readline()).hostname or ""))
    started = psutil.Process(run.pid).children(recursive=True)
    assert folder.is_dir()
    assert len(started) > 3  # the reaper, the broker, PostgreSQL and its own children

    run.kill()
    run.communicate()

    wait_until(lambda: not any(process.is_running() for process in started), lambda: f"the end of {started}")
    wait_until(lambda: not folder.exists(), lambda: f"the end of {folder}")
