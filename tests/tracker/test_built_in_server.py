"""A tracker that an operator builds for the users of one server."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.soak  # builds five wheels
UPLOADER = Path(__file__).resolve().parents[2] / "uploader"
SERVER = "https://codextime.example.org"
USER = "u_7xk2m9qvt4bnrs"


def build(source: Path, kind: str, folder: Path, server: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)],
        cwd=source,
        env=os.environ | {"CODEXTIME_BUILT_IN_SERVER": server},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return shutil.copytree(UPLOADER, tmp_path / "uploader", ignore=shutil.ignore_patterns("__pycache__", "dist"))


def unpacked_wheel(folder: Path) -> Path:
    [wheel] = folder.glob("*.whl")
    shutil.unpack_archive(wheel, folder / "unpacked", "zip")
    return folder / "unpacked"


def run_tracker(package: Path, home: Path) -> str:
    """What the tracker of `package` says to a user who names no server; nothing listens at the one it was built for."""
    (home / ".codex").mkdir(parents=True)
    clean = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(package), "no_proxy": "*"}
    code = "import socket\n"
    code += "def refuse(host, *_, **__): raise socket.gaierror(f'asked for {host}')\n"
    code += "socket.getaddrinfo = refuse\n"
    code += "import sys; from codextime_tracker.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, USER, "--no-browser"]
    ended = subprocess.run(command, env=clean, cwd=home, capture_output=True, text=True, check=False, timeout=60)
    return ended.stdout + ended.stderr


def test_a_tracker_that_was_built_for_a_server_needs_no_other_word(source: Path, tmp_path: Path) -> None:
    build(source, "sdist", tmp_path, SERVER)
    [archive] = tmp_path.glob("*.tar.gz")
    shutil.unpack_archive(archive, tmp_path)
    # Its user's machine builds the wheel, where nobody set the variable.
    build(tmp_path / archive.name.removesuffix(".tar.gz"), "wheel", tmp_path, "")

    said = run_tracker(unpacked_wheel(tmp_path), tmp_path / "home")

    assert "codextime.example.org" in said
    assert "Which server?" not in said


def test_a_tracker_that_was_built_for_none_asks(source: Path, tmp_path: Path) -> None:
    build(source, "wheel", tmp_path, "")

    assert "Which server?" in run_tracker(unpacked_wheel(tmp_path), tmp_path / "home")


@pytest.mark.parametrize("server", ["codextime.example.org", "http://codextime.example.org", SERVER + "/path"])
def test_what_is_no_servers_address_is_not_built_in(server: str, source: Path, tmp_path: Path) -> None:
    ended = build(source, "wheel", tmp_path, server)

    assert ended.returncode != 0
    assert "CODEXTIME_BUILT_IN_SERVER" in ended.stderr
    assert not list(tmp_path.glob("*.whl"))
