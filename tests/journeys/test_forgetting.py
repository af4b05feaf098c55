"""What a source sent, taken back by its owner."""

import io
import shutil
from pathlib import Path

import pytest
from codextime_tracker.exits import Exit
from codextime_tracker.places import INDEX, data_folder
from django.db.models import Sum

from codextime.accounts.models import User
from codextime.usage.models import Call, Correction, Day
from codextime.usage.services import rebuild_dirty_dates
from tests.machine import Machine, Run
from tests.tracker.homes import append, call, start, turn, write_rollout

OTHER_THREAD = "01a1fbca-a638-7000-8000-000000000002"


def forget(machine: Machine, *more: str) -> Run:
    return machine.raw("forget", machine.user, "--server", machine.server, "--codex-home", str(machine.home), *more)


def stored(user: User) -> list[int]:
    return sorted(Call.objects.filter(user=user, withdrawn_at=None).values_list("input_tokens", flat=True))


@pytest.fixture
def sent(paired: Machine) -> Machine:
    paired()
    return paired


class Typed(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_everything_goes_after_the_user_id_was_typed(
    sent: Machine, owner: User, monkeypatch: pytest.MonkeyPatch, is_confirmed: bool
) -> None:
    monkeypatch.setattr("sys.stdin", Typed(f"{sent.user if is_confirmed else 'yes'}\n"))

    run = forget(sent)

    assert "3 calls" in run.err
    assert (run.exit, stored(owner)) == ((Exit.DONE, []) if is_confirmed else (Exit.USAGE, [1001, 1002, 1003]))


def test_without_a_terminal_a_flag_is_needed(sent: Machine, owner: User) -> None:
    refused = forget(sent)
    assert (refused.exit, stored(owner)) == (Exit.USAGE, [1001, 1002, 1003])

    assert "Took back 3 calls" in forget(sent, "--yes-take-it-back").out
    assert "nothing to take back" in forget(sent, "--yes-take-it-back").out


def test_totals_are_empty_and_the_ledger_says_why(sent: Machine, owner: User) -> None:
    forget(sent, "--yes-take-it-back")
    rebuild_dirty_dates(user_id=owner.pk)

    assert Day.objects.filter(user=owner).aggregate(sum=Sum("calls"))["sum"] is None
    assert set(Correction.objects.filter(user=owner).values_list("reason", "tokens_after")) == {("forgotten", 0)}


def test_only_what_comes_later_is_sent_again(sent: Machine, owner: User) -> None:
    forget(sent, "--yes-take-it-back")
    append(sent.rollout, call(4))

    sent()

    assert stored(owner) == [1004]


def test_what_was_found_and_not_yet_sent_is_not_sent_later(paired: Machine, owner: User) -> None:
    paired()
    append(paired.rollout, call(4))
    paired.raw("status", "--codex-home", str(paired.home))

    forget(paired, "--yes-take-it-back")
    paired()

    assert stored(owner) == []


def test_neither_a_new_index_nor_a_copy_of_the_home_brings_it_back(sent: Machine, owner: User, tmp_path: Path) -> None:
    forget(sent, "--yes-take-it-back")
    for path in data_folder().glob(f"{INDEX}*"):
        path.unlink()

    again, copy = sent(), sent(home=Path(shutil.copytree(sent.home, tmp_path / "copy")))

    assert "3 already there" in again.out
    assert "3 already there" in copy.out
    assert stored(owner) == []


def test_other_homes_keep_what_they_sent(sent: Machine, owner: User, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write_rollout(other, start(OTHER_THREAD), turn(), call(9, OTHER_THREAD), thread=OTHER_THREAD)
    sent(home=other)

    forget(sent, "--yes-take-it-back")

    assert stored(owner) == [1009]


def test_a_home_that_is_gone_can_be_forgotten(sent: Machine, owner: User) -> None:
    shutil.rmtree(sent.home)

    forget(sent, "--yes-take-it-back")

    assert stored(owner) == []


def test_a_home_that_was_never_read_is_told(sent: Machine, tmp_path: Path) -> None:
    run = sent.raw("forget", sent.user, "--server", sent.server, "--codex-home", str(tmp_path / "x"))

    assert run.exit == Exit.USAGE
    assert "was ever sent from here" in run.err
