"""What `make` says on a machine that cannot run Codextime yet."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def bootstrap(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs it in a copy of the project's layout, so that it cannot touch ours."""
    script = folder / "codextime" / "runtime" / "bootstrap.py"
    script.parent.mkdir(parents=True)
    shutil.copy(ROOT / "codextime" / "runtime" / "bootstrap.py", script)
    command = [sys.executable, str(script), "local"]
    return subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=False)


def test_a_missing_venv_module_is_named_with_its_command(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "ensurepip.py").write_text("raise ImportError")

    refused = bootstrap(tmp_path, PYTHONPATH=str(tmp_path / "broken"))

    assert refused.returncode == 1
    assert "sudo apt install python3-venv" in refused.stderr


def test_a_python_that_is_too_old_is_named_with_how_to_choose_another(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "sitecustomize.py").write_text("import sys; sys.version_info = (3, 9, 2, 'final', 0)")

    refused = bootstrap(tmp_path, PYTHONPATH=str(tmp_path / "old"))

    assert refused.returncode == 1
    assert "needs Python 3.11 or newer" in refused.stderr
    assert "3.9.2" in refused.stderr
    assert "make up PYTHON=" in refused.stderr
