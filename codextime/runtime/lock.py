"""Writes the lock files from pyproject.toml: `make lock`, or `make lock ARGS=--upgrade` to take newer versions.

Not uv's own `uv.lock`: that one names the hosts of package registries, which differ from place to place
(docs/decisions/lock-files.md).
"""

import os
import subprocess
import sys

from codextime.runtime.bootstrap import ROOT, configured_for_pip

EXTRAS = {"server": ("sentry",), "local": ("local",), "dev": ("local", "dev", "sentry")}
PROJECTS = ("pyproject.toml", "uploader/pyproject.toml")
OPTIONS = ("--universal", "--python-version=3.11", "--generate-hashes", "--no-emit-index-url")
FORMAT = ("--no-header", "--no-annotate", "--quiet")


def main(more_options: list[str]) -> None:
    """One file per set of extras; versions that still fit are kept."""
    for name, extras in EXTRAS.items():
        flags = [argument for extra in extras for argument in ("--extra", extra)]
        output = f"--output-file=requirements/{name}.txt"
        command = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, *FORMAT, *more_options, *flags, output]
        subprocess.run([*command, *PROJECTS], cwd=ROOT, env=os.environ | configured_for_pip(), check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
