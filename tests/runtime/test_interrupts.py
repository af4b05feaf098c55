"""A Ctrl-C is answered at any moment, and never with a traceback."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import find_free_port
from tests.runtime.running import DEADLINE_SECONDS, environment, make_data_folder

ROOT = Path(__file__).resolve().parents[2]
MOMENTS_SECONDS = (0.0, 0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.4)


@pytest.fixture
def data() -> Iterator[Path]:
    folder = make_data_folder()
    yield folder
    shutil.rmtree(folder.parent)


@pytest.fixture
def project() -> Iterator[Path]:
    """A clone's Makefile with an environment that needs no preparation."""
    with tempfile.TemporaryDirectory(prefix="codextime-test-make-", dir="/tmp") as folder:
        project = Path(folder)
        shutil.copy(ROOT / "Makefile", project)
        script = project / "codextime" / "runtime" / "bootstrap.py"
        script.parent.mkdir(parents=True)
        script.write_text("")
        (project / ".venv" / "bin").mkdir(parents=True)
        (project / ".venv" / "bin" / "codextime").symlink_to(Path(sys.executable).with_name("codextime"))
        yield project


@pytest.mark.parametrize("moment", MOMENTS_SECONDS)
def test_make_up_stops_without_a_traceback(project: Path, data: Path, moment: float) -> None:
    started = subprocess.Popen(
        ["make", "up", f"PYTHON={sys.executable}"],
        cwd=project,
        env=environment(data, {"PORT": str(find_free_port())}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    time.sleep(moment)  # what is tested is the moment

    try:
        said = press_and_read(started, seconds=DEADLINE_SECONDS / 4)
    except subprocess.TimeoutExpired:  # make had it while it began the next line, which never did, and waits for that
        said = press_and_read(started, seconds=DEADLINE_SECONDS)
    assert started.returncode
    assert "Traceback" not in said


def press_and_read(started: subprocess.Popen[str], *, seconds: float) -> str:
    os.killpg(started.pid, signal.SIGINT)
    return started.communicate(timeout=seconds)[0]


def test_making_the_environment_stops_with_one_line(tmp_path: Path) -> None:
    script = tmp_path / "codextime" / "runtime" / "bootstrap.py"
    for name in (
        "codextime/runtime/bootstrap.py",
        "requirements/local.txt",
        "pyproject.toml",
        "uploader/pyproject.toml",
        "uploader/hatch_build.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    command = [sys.executable, str(script), "local"]
    started = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert started.stderr
    assert "Preparing the environment" in started.stderr.readline()

    os.killpg(started.pid, signal.SIGINT)

    assert started.stderr.read() == "Stopped; nothing was started.\n"
    assert started.wait(DEADLINE_SECONDS) == 130
