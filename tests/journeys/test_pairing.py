"""A new machine and its owner's browser meet over a code."""

import re

from codextime_tracker.exits import Exit
from django.test import Client

from codextime.accounts.models import User
from codextime.devices.models import Device
from tests.machine import Machine


def decide(machine: Machine, website: Client, decision: str, **more: str) -> None:
    """What the owner does while the tracker waits: reads the code from the terminal, and decides about it; `more` is
    what else stands in the form."""

    def in_the_browser() -> None:
        machine.while_waiting = None
        [code] = re.findall(r"Compare +(\w{4}-\w{4})", machine.capture.readouterr().err)
        shown = website.get("/devices/pair", {"code": code})
        assert code in shown.content.decode()
        decided = website.post(f"/devices/pair/{decision}", {"code": code, "name": "Laptop", **more})
        assert decided.status_code == 302

    machine.while_waiting = in_the_browser


def test_a_machine_that_its_owner_approves_is_paired_and_listed(machine: Machine, website: Client, owner: User) -> None:
    decide(machine, website, "approve")

    machine("--no-browser")

    device = Device.objects.get(user=owner)
    assert device.name == "Laptop"
    assert "Laptop" in website.get("/devices").content.decode()


def test_a_machine_that_its_owner_denies_is_not_paired(machine: Machine, website: Client, owner: User) -> None:
    decide(machine, website, "deny")

    run = machine("--no-browser")

    assert run.exit == Exit.NOT_PAIRED
    assert not Device.objects.filter(user=owner).exists()


def test_a_command_with_another_accounts_id_cannot_be_approved(machine: Machine, website: Client, owner: User) -> None:
    stranger = User.objects.create_user("stranger@example.org", "stranger's long password")
    machine.user = stranger.public_id
    seen: list[int] = []

    def in_the_browser() -> None:
        [code] = re.findall(r"Compare +(\w{4}-\w{4})", machine.capture.readouterr().err)
        seen.append(website.post("/devices/pair/approve", {"code": code, "name": "Laptop"}).status_code)
        raise KeyboardInterrupt

    machine.while_waiting = in_the_browser

    run = machine("--no-browser")

    assert seen == [403]
    assert run.exit == Exit.INTERRUPTED
    assert not Device.objects.exists()
