"""Tokens on disk: readable by their owner only, bound to a server and a user."""

import os
import stat
import sys
from pathlib import Path

import pytest
from codextime_tracker.credentials import Pairing, find_pairing, forget_pairings, read_pairings, remember_pairing
from codextime_tracker.exits import CannotWrite

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


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pairings": [{}]}', '{"pairings": 5}'])
def test_a_damaged_file_is_named_with_the_way_out(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)

    with pytest.raises(CannotWrite, match="is damaged"):
        read_pairings(path)


def test_a_token_is_not_in_what_a_pairing_prints() -> None:
    assert "cxt_" not in repr(WORK)
