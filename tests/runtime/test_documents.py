"""What the documents and the container files say about the environment is what the server reads."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def variables_read() -> set[str]:
    source = (ROOT / "codextime" / "config" / "env.py").read_text()
    return set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', source))


def test_every_variable_of_the_server_is_in_the_hosting_document() -> None:
    document = (ROOT / "docs" / "hosting.md").read_text()

    assert not {name for name in variables_read() if f"`{name}`" not in document}


def test_the_containers_set_only_what_the_server_reads() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())

    for name in ("migrate", "web", "worker", "beat"):
        assert set(compose["services"][name]["environment"]) <= variables_read()
        assert compose["services"][name]["build"] == "."
