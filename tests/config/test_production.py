"""A production server that was not told what it needs does not start, and says what is missing."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from codextime.config.production import find_problems, find_warning

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = {
    "CODEXTIME_SECRET_KEY": "0123456789" * 5,
    "CODEXTIME_BASE_URL": "https://codextime.example.org",
    "DATABASE_URL": "postgres://codextime@127.0.0.1:1/codextime",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp+tls://user:word@mail.example.org:587",
}
PROGRAMS = {
    "gunicorn": ["-m", "gunicorn", "codextime.config.wsgi", "--bind=127.0.0.1:0", "--preload"],
    "worker": ["-m", "celery", "--app=codextime.config.celery", "worker"],
    "beat": ["-m", "celery", "--app=codextime.config.celery", "beat"],
    "migrate": ["manage.py", "migrate", "--noinput"],
}


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, env=kept | variables, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_complete_environment_has_no_problem() -> None:
    assert find_problems(COMPLETE) == []


@pytest.mark.parametrize("name", COMPLETE)
def test_each_variable_that_is_missing_is_named(name: str) -> None:
    without = {key: value for key, value in COMPLETE.items() if key != name}

    [problem] = find_problems(without)
    assert problem.startswith(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CODEXTIME_SECRET_KEY", "short"),
        ("CODEXTIME_SECRET_KEY", "a" * 60),
        ("CODEXTIME_BASE_URL", "codextime.example.org"),
        ("CODEXTIME_BASE_URL", "https://example.org/codextime"),
        ("CODEXTIME_BASE_URL", "https://example.org/"),
        ("CODEXTIME_BASE_URL", "HTTPS://codextime.example.org"),  # whose cookies would travel without TLS
        ("CODEXTIME_BASE_URL", "https://*"),
        ("CODEXTIME_BASE_URL", "https://.example.org"),
        ("CODEXTIME_BASE_URL", "https://me:word@example.org"),
        ("CODEXTIME_BASE_URL", "https://example.org:port"),
        ("CODEXTIME_BASE_URL", "https://example.org:99999"),
        ("CODEXTIME_BASE_URL", "https://[::1"),
        ("CODEXTIME_BASE_URL", "https://example.org#top"),
        ("CODEXTIME_ALLOWED_HOSTS", "codextime.example.org, *"),
        ("CODEXTIME_ALLOWED_HOSTS", "*.example.org"),
        ("CODEXTIME_ALLOWED_HOSTS", "https://example.org"),
        ("CODEXTIME_ALLOWED_HOSTS", "."),
        ("CODEXTIME_ADMIN_PATH", "<int:number>"),
        ("DATABASE_URL", "postgres://host:word/codextime"),
        ("DATABASE_URL", "postgres://me:a#b@host/codextime"),
        ("DATABASE_URL", "postgres://host"),
        ("REDIS_URL", "redis://host:port/0"),
        ("EMAIL_URL", "smtps://host:port"),
        ("EMAIL_URL", "smtp://"),
        ("DATABASE_URL", "sqlite:///codextime.db"),
        ("REDIS_URL", "memory://"),
        ("EMAIL_URL", "consolemail://"),
        ("EMAIL_URL", "dummymail://"),
    ],
)
def test_each_value_that_cannot_be_right_is_named(name: str, value: str) -> None:
    [problem] = find_problems(COMPLETE | {name: value})

    assert problem.startswith(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CODEXTIME_BASE_URL", "https://[::1]:8443"),
        ("CODEXTIME_BASE_URL", "http://codextime.internal:8000"),
        ("CODEXTIME_ALLOWED_HOSTS", ".example.org, 127.0.0.1, [::1], "),
        ("CODEXTIME_ADMIN_PATH", "/behind-the-scenes/"),
        ("CODEXTIME_ADMIN_PATH", ""),
        ("DATABASE_URL", "postgresql://me:word@%2Frun%2Fpostgresql/codextime?sslmode=require"),
        ("REDIS_URL", "unix:///run/valkey.sock?db=0"),
        ("EMAIL_URL", "smtp+tls://me@example.org:a%23b@mail.example.org:587"),
    ],
)
def test_no_value_that_can_be_right_is_refused(name: str, value: str) -> None:
    assert find_problems(COMPLETE | {name: value}) == []


@pytest.mark.parametrize(
    ("address", "is_warned"),
    [("https://codextime.example.org", False), ("http://localhost:8000", False), ("http://codextime.internal", True)],
)
def test_a_public_address_without_tls_is_warned_of(address: str, is_warned: bool) -> None:
    warning = find_warning(COMPLETE | {"CODEXTIME_BASE_URL": address})

    assert ("can be read on their way" in warning) == is_warned


def test_a_server_that_is_warned_starts() -> None:
    public = COMPLETE | {"CODEXTIME_BASE_URL": "http://codextime.internal"}

    ended = run("-c", "import codextime.config.settings", **public)

    assert ended.returncode == 0
    assert "can be read on their way" in ended.stderr


@pytest.mark.parametrize(("policy", "problems"), [("closed", 0), ("invitation", 0), ("open", 1)])
def test_a_server_without_mail_takes_no_sign_up_that_needs_mail(policy: str, problems: int) -> None:
    assert len(find_problems(COMPLETE | {"EMAIL_URL": "none", "CODEXTIME_SIGN_UP": policy})) == problems


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_program_starts_without_it(program: str) -> None:
    missing = COMPLETE | {"CODEXTIME_SECRET_KEY": "", "EMAIL_URL": ""}

    ended = run(*PROGRAMS[program], **missing)

    assert ended.returncode != 0
    assert "CODEXTIME_SECRET_KEY is missing" in ended.stderr
    assert "EMAIL_URL must name your mail server" in ended.stderr


def test_a_complete_production_server_passes_djangos_own_checks() -> None:
    ended = run("manage.py", "check", "--deploy", "--fail-level=WARNING", **COMPLETE)

    assert ended.returncode == 0, ended.stderr


def test_making_files_out_of_the_source_needs_no_servers_settings(tmp_path: Path) -> None:
    ended = run("manage.py", "collectstatic", "--noinput", CODEXTIME_STATIC_ROOT=str(tmp_path))

    assert ended.returncode == 0, ended.stderr
    assert list(tmp_path.glob("css/codextime.*.css"))


# What several tests ask of a server that has all it needs and no more: a Python that starts takes half a second.
ASK = """
import json
import django
django.setup()
from django.conf import settings
from django.test import Client

answer = Client().get("/robots.txt", secure=True, headers={"host": "codextime.example.org"})
print(json.dumps({
    "hosts": settings.ALLOWED_HOSTS,
    "command": settings.TRACKER_COMMAND,
    "transport": answer["Strict-Transport-Security"],
    "providers": [app for app in settings.INSTALLED_APPS if ".providers." in app],
}))
"""


def told_by_a_server(**variables: str) -> dict[str, Any]:
    ended = run("-c", ASK, DJANGO_SETTINGS_MODULE="codextime.config.settings", **COMPLETE, **variables)
    assert ended.returncode == 0, ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return told_by_a_server(CODEXTIME_ALLOWED_HOSTS="codextime.example.org, b.example,")


def test_spaces_between_allowed_hosts_are_no_part_of_them(told: dict[str, Any]) -> None:
    assert told["hosts"] == ["codextime.example.org", "b.example"]


def test_people_are_told_a_command_that_names_nothing_of_this_machine(told: dict[str, Any]) -> None:
    assert told["command"] == "pipx run codextime-tracker"


def test_browsers_are_bound_to_tls_for_this_host_and_no_other(told: dict[str, Any]) -> None:
    assert told["transport"] == "max-age=31536000"


def test_half_of_a_providers_keys_is_refused() -> None:
    refused = run("-c", "import codextime.config.settings", **COMPLETE, CODEXTIME_GITHUB_ID="an-id")

    assert "belong together: set both, or none" in refused.stderr


def test_both_of_a_providers_keys_bring_its_pages_and_none_bring_none(told: dict[str, Any]) -> None:
    keys = {"CODEXTIME_GITHUB_ID": "an-id", "CODEXTIME_GITHUB_SECRET": "a secret"}

    assert told["providers"] == []
    assert told_by_a_server(**keys)["providers"] == ["allauth.socialaccount.providers.github"]
