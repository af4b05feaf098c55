"""The tracker's everyday commands against the real server."""

from codextime_tracker.exits import Exit
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.devices.models import Device
from codextime.devices.services import revoke_device
from codextime.usage.models import Call, Source
from tests.journeys.test_pairing import decide
from tests.machine import Machine


def test_a_label_changes_on_the_server_and_no_call_does(paired: Machine, owner: User) -> None:
    paired("--label", "laptop")
    before = list(Call.objects.filter(user=owner).values())

    homes = ("--codex-home", str(paired.home))
    run = paired.raw("label", "work laptop", owner.public_id, "--server", paired.server, *homes)

    assert run.exit == Exit.DONE
    assert Source.objects.get(user=owner).label == "work laptop"
    assert list(Call.objects.filter(user=owner).values()) == before


def test_a_doctor_learns_whether_the_token_works_and_stores_nothing(paired: Machine, owner: User) -> None:
    def examined() -> tuple[int, str]:
        run = paired.raw("doctor", "--server", paired.server, "--codex-home", str(paired.home))
        return run.exit, run.out

    works = examined()
    revoke_device(device=Device.objects.get(user=owner), now=timezone.now())
    refused = examined()

    assert works[0] == Exit.DONE
    assert f"token: works, for {owner.public_id}" in works[1]
    assert "clock: agrees with the server's" in works[1]
    assert refused[0] == Exit.TOKEN_REFUSED
    assert "This machine's upload token was revoked." in refused[1]
    assert not Source.objects.exists()


def test_a_login_pairs_once_and_a_run_needs_no_other(machine: Machine, website: Client, owner: User) -> None:
    decide(machine, website, "approve")
    arguments = ("login", owner.public_id, "--server", machine.server, "--no-browser")

    first, second = machine.raw(*arguments), machine.raw(*arguments)
    sent_before = Call.objects.filter(user=owner).count()
    machine()

    assert (first.exit, second.exit, sent_before) == (Exit.DONE, Exit.DONE, 0)
    assert "already, and its token works" in second.out
    assert Device.objects.filter(user=owner).count() == 1
    assert Call.objects.filter(user=owner).count() == 3
