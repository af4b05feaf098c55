"""The tracker's command against the real server, which listens on loopback."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from codextime.accounts.models import User
from codextime.devices.services import pair_own_device
from tests.machine import Machine, set_up_machine


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("owner@example.org", "owner's long password")


@pytest.fixture
def website(owner: User, client: Client) -> Client:
    """The owner's, signed in."""
    client.force_login(owner)
    return client


@pytest.fixture
def machine(
    live_server: LiveServer,
    owner: User,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Machine:
    """Not paired."""
    return set_up_machine(live_server.url, owner.public_id, tmp_path, monkeypatch, capsys)


@pytest.fixture
def paired(machine: Machine, owner: User, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Paired as `codextime up` pairs its own machine."""
    _, token = pair_own_device(user=owner, name="Laptop", now=timezone.now())
    monkeypatch.setenv("CODEXTIME_TOKEN", token)
    return machine
