"""Completion, asked as a shell asks."""

import shutil
import subprocess
from pathlib import Path

import pytest
from codextime_tracker.commands import COMMANDS
from codextime_tracker.completion import write_script

bash = pytest.mark.skipif(shutil.which("bash") is None, reason="has no bash")


def completed(words: str, folder: Path) -> set[str]:
    """What bash offers for the last of `words`."""
    place = words.count(" ")
    asked = (
        f"COMP_WORDS=({words} ''); COMP_CWORD={place}"
        if words.endswith(" ")
        else f"COMP_WORDS=({words}); COMP_CWORD={place}"
    )
    script = f'{write_script("bash")}\n{asked}\n_codextime_tracker; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, cwd=folder)
    assert done.stderr == ""
    return set(done.stdout.split())


@bash
def test_the_first_word_is_a_command_or_an_option_of_a_run(tmp_path: Path) -> None:
    offered = completed("codextime-tracker ", tmp_path)

    assert set(COMMANDS) <= offered
    assert {"--dry-run", "--label"} <= offered


@bash
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("codextime-tracker st", {"status"}),
        ("codextime-tracker status --j", {"--json"}),
        ("codextime-tracker u_someone --d", {"--dry-run"}),
        ("codextime-tracker export --format ", {"jsonl", "json", "csv", "parquet"}),
        ("codextime-tracker status --codex-home ", {"folder"}),
        ("codextime-tracker export --out ", {"folder", "file"}),
        ("codextime-tracker inspect f", {"folder", "file"}),
        ("codextime-tracker completion z", {"zsh"}),
        ("codextime-tracker u_someone --label ", set()),
    ],
)
def test_what_is_offered_fits_the_place(tmp_path: Path, words: str, offered: set[str]) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()

    assert completed(words, tmp_path) == offered


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_get_every_command_and_option_in_whole_quotes(shell: str) -> None:
    script = write_script(shell)

    assert all(name in script for name in COMMANDS)
    assert all(option in script for option in ("dry-run", "codex-home", "no-index", "jsonl json csv parquet"))
    assert script.replace("'\\''", "").count("'") % 2 == 0
