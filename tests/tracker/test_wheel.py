"""What is published: the package, its contract file, the command, and nothing of the server."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

UPLOADER = Path(__file__).resolve().parents[2] / "uploader"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    source = shutil.copytree(UPLOADER, folder / "uploader", ignore=shutil.ignore_patterns("__pycache__", "dist"))
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    [made] = folder.glob("*.whl")
    return zipfile.ZipFile(made)


def test_the_wheel_holds_the_contract_as_it_is(wheel: zipfile.ZipFile) -> None:
    contract = "codextime_tracker/contract/upload-v1.json"

    assert wheel.read(contract) == (UPLOADER / contract).read_bytes()


def test_the_wheel_holds_the_tracker_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    folders = {name.partition("/")[0] for name in wheel.namelist()}

    assert folders == {"codextime_tracker", "codextime_tracker-0.1.0.dist-info"}


def test_the_wheel_needs_no_django(wheel: zipfile.ZipFile) -> None:
    metadata = wheel.read("codextime_tracker-0.1.0.dist-info/METADATA").decode()

    assert "Requires-Dist: httpx" in metadata
    assert "django" not in metadata.lower()
