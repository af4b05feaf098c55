"""Tokens on disk: readable by their owner only, bound to a server and a user."""

import json
import os
import stat
import sys
from pathlib import Path

import pytest
from codextime_tracker.credentials import (
    Pairing,
    find_pairing,
    forget_pairings,
    make_safe,
    read_pairings,
    remember_pairing,
)
from codextime_tracker.exits import CannotWrite
from msgspec.structs import asdict

HOME = Pairing("http://localhost:8000", "u_bcdfgh", "cxt_home")
WORK = Pairing("https://codextime.example.org", "u_bcdfgh", "cxt_work")
OTHER = Pairing("https://codextime.example.org", "u_other1", "cxt_other")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "codextime-tracker" / "credentials.json"


def test_a_token_is_found_by_its_server_and_user_only(path: Path) -> None:
    for pairing in (HOME, WORK, OTHER):
        remember_pairing(path, pairing)

    assert find_pairing(path, user_id="u_bcdfgh", server="http://localhost:8000") == HOME
    assert find_pairing(path, user_id="u_bcdfgh", server=None) == WORK
    assert find_pairing(path, user_id="u_bcdfgh", server="https://elsewhere.example") is None
    assert find_pairing(path, user_id="u_nobody", server=None) is None


def test_pairing_again_replaces_the_old_token(path: Path) -> None:
    remember_pairing(path, WORK)
    remember_pairing(path, Pairing(WORK.server, WORK.user_id, "cxt_new"))

    assert [pairing.token for pairing in read_pairings(path)] == ["cxt_new"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows protects the user's folder instead")
def test_nobody_else_may_read_the_tokens(path: Path) -> None:
    old_mask = os.umask(0)
    try:
        remember_pairing(path, WORK)
    finally:
        os.umask(old_mask)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["credentials.json"]


def test_forgetting_takes_what_was_named_and_leaves_the_rest(path: Path) -> None:
    for pairing in (HOME, WORK, OTHER):
        remember_pairing(path, pairing)

    assert forget_pairings(path, user_id="u_bcdfgh", server=None) == [HOME, WORK]
    assert read_pairings(path) == [OTHER]
    assert forget_pairings(path, user_id="u_nobody", server=None) == []


def damaged(**changes: object) -> str:
    """A file with one pairing, in which these values are wrong."""
    return json.dumps({"pairings": [{**asdict(HOME), **changes}]})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "\udcff",
        "[" * 100_000,
        '{"pairings": [{}]}',
        '{"pairings": [5]}',
        '{"pairings": 5}',
        '{"pairings": {"server": "x"}}',
        damaged(token=5),
        damaged(token=None),
        damaged(token="a b"),
        damaged(token="cxt_\n"),
        damaged(user_id=["u_bcdfgh"]),
        damaged(server=7),
        damaged(server="elsewhere"),
    ],
)
def test_a_damaged_file_is_put_aside_and_named(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    path.chmod(0o600)

    [notice] = make_safe(path)

    assert "pair this machine anew" in notice
    assert str(path.with_name("credentials.json.damaged-1")) in notice
    assert read_pairings(path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows protects the user's folder instead")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o620, 0o604])
def test_tokens_that_others_could_read_are_taken_from_them_with_a_warning(path: Path, mode: int) -> None:
    remember_pairing(path, WORK)
    path.chmod(mode)

    [notice], again = make_safe(path), make_safe(path)

    assert f"(mode {mode:04o}); now only you can" in notice
    assert again == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_pairings(path) == [WORK]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a right that few have there")
def test_a_link_stays_one_and_what_it_leads_to_is_kept_safe(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "tokens.json"
    remember_pairing(target, WORK)
    target.chmod(0o644)
    path.parent.mkdir()
    path.symlink_to(target)

    notices = make_safe(path)
    remember_pairing(path, HOME)

    assert len(notices) == 1
    assert path.is_symlink()
    assert read_pairings(target) == [WORK, HOME]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_machine_without_tokens_has_nothing_to_make_safe(path: Path) -> None:
    assert make_safe(path) == []
    assert not path.exists()


@pytest.mark.parametrize("place", ["folder", "loop"])
def test_what_is_no_file_is_named(path: Path, place: str) -> None:
    path.parent.mkdir()
    if place == "folder":
        path.mkdir()
    else:
        path.symlink_to(path)

    with pytest.raises(CannotWrite, match=f"{path}: "):
        make_safe(path)


def test_a_token_is_not_in_what_a_pairing_prints() -> None:
    assert "cxt_" not in repr(WORK)
