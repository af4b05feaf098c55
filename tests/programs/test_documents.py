"""docs/api.md: its commands run, its numbers are those of the code, and the form on the page asks for the same."""

import re
import shlex
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from codextime.accounts.models import User
from codextime.programs import queries
from codextime.programs.api import READS_OF_TOKEN, READS_OF_USER
from codextime.site.api_page import ENDPOINTS
from codextime.teams.models import Role
from codextime.teams.tokens import make_team_token
from tests.programs.asking import Program
from tests.teams.sharing import join, make_team
from tests.usage.burning import burn, call

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "api.md").read_text()
ALL_COMMANDS = re.findall(r"^curl .*$", TEXT, flags=re.MULTILINE)
TEAM_COMMANDS = [command for command in ALL_COMMANDS if "$TEAM" in command]
COMMANDS = [command for command in ALL_COMMANDS if command not in TEAM_COMMANDS]


@pytest.fixture
def used(owner: User, now: datetime) -> User:
    burn(owner, call(now), label="work laptop")
    return owner


def run(command: str, token: str) -> HttpResponse:
    """Does what curl would do with the arguments that a shell makes of the command."""
    filled = command.replace("$TOKEN", token).replace("$SERVER", "").replace("…", "0")
    words = iter(shlex.split(filled)[1:])
    headers, address = {}, ""
    for word in words:
        if word == "--header":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        else:
            address = word
    return Client().get(address, headers=headers)


def test_there_are_commands_for_every_endpoint() -> None:
    named = {path for command in COMMANDS for path in re.findall(r"/api/v1/[a-z/]+", command)}

    assert named == {endpoint.path for endpoint in ENDPOINTS}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_answered(command: str, program: Program, used: User) -> None:
    answer = run(command, program.text)

    assert answer.status_code == 200, answer.text
    assert answer["Content-Type"].startswith("text/csv" if "text/csv" in command else "application/json")
    assert answer.text.startswith(("month,label,calls", f'{{"user":"{used.public_id}"'))


@pytest.mark.parametrize("command", TEAM_COMMANDS)
def test_a_command_of_a_team_is_answered(command: str, owner: User, now: datetime) -> None:
    me = join(make_team(), owner, "Ada", Role.OWNER)
    _, text = make_team_token(actor=me, name="Script", now=now)

    answer = run(command.replace("$TEAM_TOKEN", text).replace("$TEAM/", "acme/"), "")

    assert answer.status_code == 200, answer.text
    assert answer.json()["team"] == "acme"


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.path)
def test_the_examples_of_the_form_are_answered(endpoint: Any, program: Program, used: User, client: Client) -> None:
    page = client.get("/api").text

    assert f'value="{endpoint.path}"' in page
    assert program.ask(f"{endpoint.path.removeprefix('/api/v1/')}?{endpoint.example}").status_code == 200


def test_the_numbers_of_the_text_are_those_of_the_code() -> None:
    assert f"hours of at most {queries.LONGEST_BY_HOUR} days" in TEXT
    assert f"(at most {queries.HIGHEST_LIMIT:,}, else {queries.USUAL_LIMIT:,})" in TEXT
    assert f"{READS_OF_TOKEN.amount} times a minute, and all of an account {READS_OF_USER.amount} times" in TEXT
    assert all(f"`{name}`" in TEXT for name in (*queries.GRAINS, *queries.GROUPS))
