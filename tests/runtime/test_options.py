"""What `codextime up` refuses before it starts anything."""

import os
from pathlib import Path

import pytest

from tests.runtime.running import run


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1", "٨٠٠٠"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    refused = run("up", tmp_path / "data", PORT=port)

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"PORT={port} is not a port")


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    mode = tmp_path.stat().st_mode

    refused = run("up", tmp_path)

    assert refused.returncode == 1
    assert "it holds other things already" in refused.stderr
    assert "make up CODEXTIME_DATA=" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert tmp_path.stat().st_mode == mode


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    refused = run("up", tmp_path / "data")

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Codextime cannot keep its data in {tmp_path / 'data'}: ")


def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "lock").symlink_to(tmp_path / "elsewhere")

    for command in ("up", "login-link", "manage check"):
        refused = run(command, tmp_path / "data")

        assert refused.returncode == 1
        assert "lock in it is a link to another place" in refused.stderr
        assert not (tmp_path / "elsewhere").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("name", ["", "lock", "secret-key"])
def test_what_belongs_to_somebody_else_is_not_used(tmp_path: Path, name: str) -> None:
    (tmp_path / "data").mkdir()
    for made in ("lock", "secret-key"):
        (tmp_path / "data" / made).touch()
    os.chown(tmp_path / "data" / name, 54321, -1)

    for command in ("up", "login-link"):
        refused = run(command, tmp_path / "data")

        assert refused.returncode == 1
        assert f"{tmp_path / 'data' / name} belongs to the user 54321" in refused.stderr
        assert "CODEXTIME_DATA=" in refused.stderr


def test_login_link_says_so_when_nothing_runs(tmp_path: Path) -> None:
    refused = run("login-link", tmp_path / "data", PORT="8123")

    assert refused.returncode == 1
    assert "is not running" in refused.stderr
    assert f"make up PORT=8123 CODEXTIME_DATA={tmp_path / 'data'}" in refused.stderr
