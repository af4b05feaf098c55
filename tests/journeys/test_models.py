"""Names of models that are nobody's business but their owner's, until the owner allows one."""

import pytest
from codextime_tracker.allowed_names import write_allowed_names
from codextime_tracker.exits import Exit
from codextime_tracker.places import ALLOWED_NAMES, INDEX, data_folder

from codextime.accounts.models import User
from codextime.usage.models import Call, Correction
from tests.machine import Machine, Run
from tests.tracker.homes import append, call, start, turn, write_rollout

NAME = "acme/coder-7b:q4"


def models(machine: Machine, *words: str) -> Run:
    return machine.raw("models", *words, "--codex-home", str(machine.home))


def lose_index() -> None:
    for path in data_folder().glob(f"{INDEX}*"):
        path.unlink()


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
    lose_index()
    (data_folder() / ALLOWED_NAMES).unlink()

    again = sent()

    assert "4 already there" in again.out
    assert (1002, NAME) in stored(owner)


def test_an_allowed_name_outlives_the_index(sent: Machine, owner: User) -> None:
    models(sent, "allow", NAME)
    lose_index()
    append(sent.rollout, turn(NAME), call(5))

    sent()

    assert [name for _, name in stored(owner)] == ["gpt-5-codex", NAME, NAME, "custom", NAME]
    assert "is sent by its name" in models(sent).out


@pytest.mark.parametrize("lost", ["no name", "the index", "the file of names"])
def test_a_name_that_is_taken_back_is_custom_again_on_the_server_and_in_its_ledger(
    sent: Machine, owner: User, lost: str
) -> None:
    models(sent, "allow", NAME)
    sent()
    if lost == "the index":
        lose_index()
        sent()
    if lost == "the file of names":
        (data_folder() / ALLOWED_NAMES).unlink()

    taken_back = models(sent, "disallow", NAME)
    run = sent()
    append(sent.rollout, turn(NAME), call(5))
    sent()

    assert "2 calls of acme/coder-7b:q4 will be sent as custom" in taken_back.out
    assert "2 better counted" in run.out
    assert [name for _, name in stored(owner)] == ["gpt-5-codex", "custom", "custom", "custom", "custom"]
    assert not Correction.objects.filter(user=owner).exclude(model__name="custom").exists()
    assert "is sent as custom; to change that" in models(sent).out


def test_a_name_that_was_taken_back_can_be_allowed_again(sent: Machine, owner: User) -> None:
    for action in ("allow", "disallow", "allow"):
        models(sent, action, NAME)
        sent()

    assert [name for _, name in stored(owner)] == ["gpt-5-codex", NAME, NAME, "custom"]


def test_a_run_that_was_killed_after_the_name_was_written_down_is_made_up_for(sent: Machine, owner: User) -> None:
    write_allowed_names(data_folder() / ALLOWED_NAMES, frozenset({NAME}))

    assert "2 better counted" in sent().out
    assert (1002, NAME) in stored(owner)


def test_a_damaged_file_of_names_sends_nothing_and_is_named(sent: Machine) -> None:
    (data_folder() / ALLOWED_NAMES).write_text("[]")

    run = sent()

    assert run.exit == Exit.CANNOT_WRITE
    assert "models.json is damaged. Delete it" in run.err


def test_what_was_not_allowed_cannot_be_taken_back(sent: Machine) -> None:
    assert models(sent, "disallow", NAME).exit == Exit.USAGE


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
