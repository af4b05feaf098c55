"""Names of models that are nobody's business but their owner's, until the owner allows one."""

import pytest
from codextime_tracker.exits import Exit
from codextime_tracker.places import INDEX, data_folder

from codextime.accounts.models import User
from codextime.usage.models import Call, Correction
from tests.machine import Machine, Run
from tests.tracker.homes import append, call, start, turn, write_rollout

NAME = "acme/coder-7b:q4"


def models(machine: Machine, *words: str) -> Run:
    return machine.raw("models", *words, "--codex-home", str(machine.home))


def stored(user: User) -> list[tuple[int, str]]:
    calls = Call.objects.filter(user=user, withdrawn_at=None)
    return sorted(calls.values_list("input_tokens", "model__name"))


@pytest.fixture
def sent(paired: Machine) -> Machine:
    """A call of OpenAI's model, two of the owner's and one of a path."""
    paired.rollout = write_rollout(
        paired.home, *(start(), turn(), call(1), turn(NAME), call(2), call(3), turn("/home/ada/secret"), call(4))
    )
    paired()
    return paired


def test_names_that_were_sent_as_custom_are_listed(sent: Machine) -> None:
    shown = models(sent).out.splitlines()

    assert shown[0] == "/home/ada/secret: 1 call, is sent as custom"
    assert shown[1] == f"{NAME}: 2 calls, is sent as custom; to change that: codextime-tracker models allow {NAME}"


def test_an_allowed_name_takes_the_place_of_custom_and_stays(sent: Machine, owner: User) -> None:
    allowed = models(sent, "allow", NAME)
    run = sent()
    append(sent.rollout, turn(NAME), call(5))
    sent()

    assert "2 calls" in allowed.out
    assert "Sent       2 calls: 2 better counted" in run.out
    assert stored(owner) == [(1001, "gpt-5-codex"), (1002, NAME), (1003, NAME), (1004, "custom"), (1005, NAME)]
    assert set(Correction.objects.filter(user=owner).values_list("reason", "model__name")) == {("completed", "custom")}
    assert "is sent by its name" in models(sent).out


def test_a_machine_that_does_not_allow_the_name_does_not_take_it_away(sent: Machine, owner: User) -> None:
    models(sent, "allow", NAME)
    sent()
    for path in data_folder().glob(f"{INDEX}*"):
        path.unlink()

    again = sent()

    assert "4 already there" in again.out
    assert (1002, NAME) in stored(owner)


def test_allowing_twice_sends_once(sent: Machine) -> None:
    models(sent, "allow", NAME)
    sent()
    models(sent, "allow", NAME)

    assert "nothing new" in sent().out


@pytest.mark.parametrize("name", ["/home/ada/secret", "acme-unheard-of", "gpt-5-codex"])
def test_a_path_or_an_unknown_name_cannot_be_allowed(sent: Machine, owner: User, name: str) -> None:
    run = models(sent, "allow", name)
    sent()

    assert run.exit == Exit.USAGE
    assert (1004, "custom") in stored(owner)


def test_a_name_must_be_given(sent: Machine) -> None:
    assert models(sent, "allow").exit == Exit.USAGE
