"""What is published: the package, its contract file, the command, and nothing of the server."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from codextime_tracker import compiled

UPLOADER = Path(__file__).resolve().parents[2] / "uploader"


def build(folder: Path, **variables: str) -> Path:
    source = shutil.copytree(UPLOADER, folder / "uploader", ignore=shutil.ignore_patterns("__pycache__", "dist"))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=source, env=os.environ | variables, check=True, capture_output=True)
    [made] = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return zipfile.ZipFile(build(tmp_path_factory.mktemp("wheel")))


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


@pytest.mark.parametrize("without", [{"CC": "no-such-compiler"}, {"CC": "false"}, {"CODEXTIME_PURE": "1"}], ids=str)
def test_without_a_compiler_the_wheel_is_for_every_machine(without: dict[str, str], tmp_path: Path) -> None:
    made = build(tmp_path, **without)

    assert made.name == "codextime_tracker-0.1.0-py3-none-any.whl"
    assert not [name for name in zipfile.ZipFile(made).namelist() if name.endswith(".so")]


@pytest.mark.skipif(compiled.read_block is None, reason="needs a C compiler and Python's headers")
def test_with_a_compiler_the_wheel_has_the_reader_and_says_for_whom(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    program = "import codextime_tracker.compiled as made; print(made.read_block, made.__file__)"
    found = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert "-cp311-abi3-" in str(wheel.filename)
    assert "built-in function read_block" in found.stdout
    assert str(tmp_path) in found.stdout
