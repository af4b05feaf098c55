"""What a hostile upload may cost: 64 MB of a process's memory, whatever is in it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MOST = 64 * 1024 * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="what a process's peak is after a fork is Linux's")
def test_no_upload_takes_more_memory_than_a_request_may(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.ingest.measuring", str(tmp_path)], capture_output=True, text=True, check=False
    )

    grown = dict(json.loads(line) for line in run.stdout.splitlines())
    assert run.returncode == 0, run.stderr
    assert len(grown) == 18
    assert {name: bytes_ for name, bytes_ in grown.items() if bytes_ >= MOST} == {}
