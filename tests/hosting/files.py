"""The container files as data."""

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
OURS = ("migrate", "web", "worker", "beat")
LONG_RUNNING = ("web", "worker", "beat", "postgres", "valkey", "proxy")


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return read


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = compose()["services"][name]
    return found


def dockerfile(instruction: str) -> list[str]:
    """What follows each use of an instruction, on one line."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return re.findall(rf"^{instruction} (.*)$", text, flags=re.MULTILINE)


def web_command() -> list[str]:
    return list(yaml.safe_load(dockerfile("CMD")[-1]))


def environment_example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def is_let_in(path: Path) -> bool:
    """By .dockerignore, which shuts everything out and then lets some in."""
    rules = (ROOT / ".dockerignore").read_text().split()
    assert rules[0] == "*"
    allowed = [ROOT / rule[1:] for rule in rules if rule.startswith("!")]
    return any(path == place or place in path.parents for place in allowed) and "__pycache__" not in path.parts


def make_image_tree(folder: Path) -> Path:
    """What the image has in /app before its own steps run: what the first stage copies of what Docker is given."""
    app = folder / "app"
    for instruction in dockerfile("COPY"):
        if instruction.startswith("--from"):
            continue
        source, target = shlex.split(instruction)
        if target.startswith("/build"):
            continue
        for path in [ROOT / source, *(ROOT / source).rglob("*")]:
            if path.is_file() and is_let_in(path):
                copy = app / path.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, copy)
    return app
