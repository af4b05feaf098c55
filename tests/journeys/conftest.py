"""The tracker's command against the real server, which listens on loopback behind a line that tests can cut."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from codextime.accounts.models import User
from codextime.devices.services import pair_own_device
from tests.conftest import make_person
from tests.journeys.machines import Machines
from tests.machine import Machine, set_up_machine
from tests.peer import Peer, forwarding, running_peer


@pytest.fixture
def owner(transactional_db: None) -> User:
    return make_person("owner")


@pytest.fixture
def website(owner: User, client: Client) -> Client:
    """The owner's browser, signed in."""
    client.force_login(owner)
    return client


@pytest.fixture
def line(live_server: LiveServer) -> Iterator[Peer]:
    """What lies between the machine and the server. It forwards; a test may let it do something else for a while."""
    with running_peer() as peer:
        peer.answers(forwarding(live_server.url))
        yield peer


@pytest.fixture
def machine(
    line: Peer,
    owner: User,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    settings: Settings,
) -> Machine:
    """Not paired."""
    settings.BASE_URL = line.address
    return set_up_machine(line.address, owner.public_id, tmp_path, monkeypatch, capsys)


@pytest.fixture
def paired(machine: Machine, owner: User, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Paired as `codextime up` pairs its own machine."""
    _, token = pair_own_device(user=owner, name="Laptop", now=timezone.now())
    monkeypatch.setenv("CODEXTIME_TOKEN", token)
    return machine


@pytest.fixture
def machines(line: Peer, owner: User, tmp_path: Path) -> Machines:
    return Machines(line.address, owner, tmp_path)
