"""The tracker as pipx installs it: its wheel in an environment of its own, for each Python that is here."""

import subprocess
import sys
from pathlib import Path

from bench.cold_scan import interpreters

UPLOADER = Path(__file__).parents[1] / "uploader"


def install_everywhere(folder: Path) -> dict[str, Path]:
    """By the interpreter's name: the folder of its programs."""
    pip = install_pip(folder / "pip")
    pythons = enumerate(interpreters().items())
    return {name: install(pip, Path(python), folder / str(number)) for number, (name, python) in pythons}


def install_pip(environment: Path) -> Path:
    """The newest one, as pipx has it: older ones write programs that import `re` to begin with."""
    subprocess.run([Path(sys.executable).resolve(), "-m", "venv", environment], check=True)
    pip = environment / "bin" / "pip"
    subprocess.run([pip, "install", "--quiet", "--upgrade", "pip"], check=True)
    return pip


def install(pip: Path, python: Path, environment: Path) -> Path:
    # By its real path: a virtual environment of a virtual environment would start with what the latter has.
    subprocess.run([python.resolve(), "-m", "venv", "--without-pip", environment], check=True)
    programs = environment / "bin"
    subprocess.run([pip, "--python", programs / "python", "install", "--quiet", "--compile", UPLOADER], check=True)
    return programs
