"""Runs of the tracker and what the server has afterwards, whatever happens on the line between them."""

import json
from datetime import date
from pathlib import Path

import pytest
from codextime_tracker.exits import Exit
from codextime_tracker.places import INDEX, data_folder
from django.db.models import Count, Sum
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from codextime.accounts.models import User
from codextime.devices.models import Device
from codextime.devices.services import revoke_device
from codextime.ingest import limits, pressure
from codextime.lib.rate_limits import RateLimit
from codextime.usage.mark_models import DirtyDate
from codextime.usage.models import Call, Correction, Source
from codextime.usage.services import rebuild_dirty_dates
from tests.journeys.test_pairing import decide
from tests.machine import Machine
from tests.peer import Peer, Reply, Request, forwarding
from tests.tracker.homes import append, call, start, turn, write_rollout

ROLLOUTS = Path(__file__).resolve().parents[1] / "data/rollouts"


def stored(user: User) -> list[int]:
    """The input tokens of the calls that count."""
    return sorted(Call.objects.filter(user=user, withdrawn_at=None).values_list("input_tokens", flat=True))


def test_what_a_run_found_is_stored_under_its_label_and_a_second_run_asks_nothing(
    paired: Machine, line: Peer, owner: User
) -> None:
    first = paired("--label", "work laptop")
    line.requests.clear()
    second = paired("--label", "work laptop")

    assert (first.exit, second.exit) == (Exit.DONE, Exit.DONE)
    assert stored(owner) == [1001, 1002, 1003]
    assert Source.objects.get(user=owner).label == "work laptop"
    assert line.requests == []
    assert "nothing new" in second.out


@pytest.mark.parametrize("release", ["0.36.0", "0.130.0", "0.169.0"])
def test_a_real_home_is_stored_to_the_token(paired: Machine, owner: User, release: str) -> None:
    paired(home=ROLLOUTS / release / "home")

    expected = json.loads((ROLLOUTS / release / "expected.json").read_text())["by_model"]
    sums = (
        Call.objects.filter(user=owner)
        .values_list("model__name")
        .annotate(
            Count("pk"),
            Sum("input_tokens"),
            Sum("cached_input_tokens"),
            Sum("output_tokens"),
            Sum("reasoning_output_tokens"),
        )
    )
    names = ("calls", "input", "cached_input", "output", "reasoning_output")
    assert sorted(sums) == sorted((model, *(counts[name] for name in names)) for model, counts in expected.items())


def test_a_machine_pairs_in_the_browser_and_sends_in_the_same_run(
    machine: Machine, website: Client, owner: User
) -> None:
    decide(machine, website, "approve")

    run = machine("--no-browser")

    assert run.exit == Exit.DONE
    assert stored(owner) == [1001, 1002, 1003]


def test_a_revoked_machine_is_told_so_and_its_next_run_pairs_again(
    machine: Machine, website: Client, owner: User
) -> None:
    decide(machine, website, "approve")
    machine("--no-browser")
    revoke_device(device=Device.objects.get(user=owner), now=timezone.now())
    append(machine.rollout, call(4))

    refused = machine("--no-browser")
    decide(machine, website, "approve")
    again = machine("--no-browser")

    assert refused.exit == Exit.TOKEN_REFUSED
    assert "Nothing is lost" in refused.err
    assert again.exit == Exit.DONE
    assert stored(owner) == [1001, 1002, 1003, 1004]


def test_a_server_that_was_down_gets_everything_when_it_is_back(
    paired: Machine, line: Peer, live_server: LiveServer, owner: User
) -> None:
    line.answers(None)
    down = paired()
    append(paired.rollout, call(4))
    line.answers(forwarding(live_server.url))

    back = paired()

    assert (down.exit, back.exit) == (Exit.UNREACHABLE, Exit.DONE)
    assert stored(owner) == [1001, 1002, 1003, 1004]


def test_a_receipt_that_is_lost_doubles_nothing(
    paired: Machine, line: Peer, live_server: LiveServer, owner: User
) -> None:
    def store_and_hang_up(request: Request) -> None:
        forwarding(live_server.url)(request)

    line.answers(store_and_hang_up)
    lost = paired()
    line.answers(forwarding(live_server.url))

    again = paired()

    assert lost.exit == Exit.UNREACHABLE
    assert "Sent       3 calls: 3 new" in again.out
    assert stored(owner) == [1001, 1002, 1003]


def test_a_limit_is_waited_out_and_nothing_is_lost(
    paired: Machine, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "UPLOADS_OF_DEVICE", RateLimit("none", amount=0, seconds=60))
    paired.while_waiting = lambda: monkeypatch.setattr(
        limits, "UPLOADS_OF_DEVICE", RateLimit("many", amount=99, seconds=60)
    )

    run = paired()

    assert run.exit == Exit.DONE
    assert len(paired.waits) == 1
    assert stored(owner) == [1001, 1002, 1003]


def test_a_server_that_has_too_much_to_do_is_waited_for_and_nothing_is_lost(
    paired: Machine, owner: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pressure, "LOOK_EVERY", 0)
    monkeypatch.setattr(pressure, "probe", pressure.Probe())
    settings.UPLOADS_WAIT_ABOVE_DATES = 1
    dates = [DirtyDate(user=owner, on=date(2026, 11, day), marked_at=timezone.now()) for day in (1, 2)]
    DirtyDate.objects.bulk_create(dates)
    paired.while_waiting = lambda: rebuild_dirty_dates(user_id=owner.pk)

    run = paired()

    assert run.exit == Exit.DONE
    assert paired.waits == [pressure.RETRY_AFTER]
    assert "more to do than it can do now" in run.err
    assert stored(owner) == [1001, 1002, 1003]


def test_a_machine_that_lost_its_index_sends_all_again_and_changes_nothing(paired: Machine, owner: User) -> None:
    paired()
    for path in data_folder().glob(f"{INDEX}*"):
        path.unlink()

    run = paired()

    assert "Sent       3 calls: 3 already there" in run.out
    assert stored(owner) == [1001, 1002, 1003]


def test_a_better_reading_replaces_the_stored_one_and_stands_in_the_ledger(paired: Machine, owner: User) -> None:
    write_rollout(paired.home, start(), call(1))
    paired()
    append(paired.rollout, turn("gpt-5-codex"))

    run = paired()

    assert "Sent       1 call: 1 better counted" in run.out
    assert Call.objects.get(user=owner).model.name == "gpt-5-codex"
    assert Correction.objects.get(user=owner).reason == "completed"


def test_a_call_of_the_future_is_refused_kept_and_no_obstacle(paired: Machine, owner: User) -> None:
    append(paired.rollout, call(4, at="2999-01-01T00:00:00.000Z"))

    run = paired()

    assert run.exit == Exit.DONE
    assert "Refused    1 call: in the future. Kept here." in run.out
    assert stored(owner) == [1001, 1002, 1003]


def test_a_token_of_another_account_stores_nothing(paired: Machine, stranger: User) -> None:
    paired.user = stranger.public_id

    run = paired()

    assert run.exit == Exit.TOKEN_REFUSED
    assert not Call.objects.exists()


def test_an_answer_of_something_else_than_the_server_is_no_receipt(paired: Machine, line: Peer) -> None:
    line.answers(Reply(200, b"<html>Please sign in to this network</html>"))

    run = paired()

    assert run.exit == Exit.SERVER_REFUSED
    assert "3 calls. Nothing is lost" in run.err
