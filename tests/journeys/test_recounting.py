"""Two machines of the tracker side by side: what the newer one sent, the older one never undoes."""

from codextime_tracker.counting import Counter
from codextime_tracker.reports import lines_of

from codextime.accounts.models import User
from codextime.usage.models import Call, Correction
from tests.journeys.machines import Machines
from tests.tracker.counters import NextCounter


def stored(user: User) -> list[tuple[int, int, int]]:
    calls = Call.objects.filter(user=user, withdrawn_at=None)
    return sorted(calls.values_list("input_tokens", "output_tokens", "revision"))


RIGHT = [(1001, 50, 257), (1003, 60, 258)]


def test_a_newer_counter_corrects_what_an_older_one_sent_and_the_ledger_says_so(
    machines: Machines, owner: User
) -> None:
    machines.run("desk", Counter)

    outcome = machines.run("desk", NextCounter)

    assert stored(owner) == RIGHT
    ledger = Correction.objects.filter(user=owner).order_by("tokens_after")
    assert list(ledger.values_list("reason", "tokens_before", "tokens_after", "revision")) == [
        ("recounted", 1052, 0, 258),
        ("recounted", 1053, 1063, 258),
    ]
    assert [text.partition(": ")[2] for title, text in lines_of(outcome) if title == "Corrected"] == [
        "-1,042 tokens, as a newer counter read the same logs"
    ]


def test_an_older_tracker_on_another_machine_undoes_nothing(machines: Machines, owner: User) -> None:
    machines.run("desk", Counter)
    machines.run("desk", NextCounter)

    outcome = machines.run("laptop", Counter)

    assert outcome.delivered is not None
    assert (outcome.delivered.added, outcome.delivered.already_there) == (0, 3)
    assert stored(owner) == RIGHT


def test_an_older_tracker_on_the_same_machine_undoes_nothing(machines: Machines, owner: User) -> None:
    machines.run("desk", Counter)
    machines.run("desk", NextCounter)

    assert machines.run("desk", Counter).delivered is None
    assert stored(owner) == RIGHT
