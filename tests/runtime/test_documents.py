"""What the documents and the container files say about the environment is what the server reads."""

import re
from pathlib import Path

import yaml
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]


def variables_read() -> set[str]:
    source = (ROOT / "codextime" / "config" / "env.py").read_text()
    return set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', source))


def hosting() -> str:
    return (ROOT / "docs" / "hosting.md").read_text()


def test_every_variable_of_the_server_is_in_the_hosting_document() -> None:
    assert not {name for name in variables_read() if f"`{name}`" not in hosting()}


def test_every_variable_of_the_hosting_document_is_read() -> None:
    [table] = re.findall(r"^\| Variable .*?(?=\n\n)", hosting(), flags=re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", table))

    assert named - variables_read() == {"POSTGRES_PASSWORD"}  # for Compose


def test_every_command_of_the_hosting_document_is_there() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    commands = re.findall(r"manage\.py (\w+)", hosting())
    containers = re.findall(r"docker compose (?:exec(?: -T)?|logs) (\w+)", hosting())

    assert set(commands) <= set(get_commands())
    assert set(containers) <= set(services)
    assert len(commands) > 8


def test_the_containers_set_only_what_the_server_reads() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())

    for name in ("migrate", "web", "worker", "beat"):
        assert set(compose["services"][name]["environment"]) <= variables_read()
        assert compose["services"][name]["build"] == "."
