"""Two releases of the tracker side by side: what the newer one sent, the older one never undoes."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from codextime_tracker.counting import Counter
from codextime_tracker.reports import lines_of
from codextime_tracker.sync import Options, Outcome, sync
from django.utils import timezone

from codextime.accounts.models import User
from codextime.devices.services import pair_own_device
from codextime.usage.models import Call, Correction
from tests.peer import Peer
from tests.tracker.counters import NextCounter
from tests.tracker.homes import call, start, turn, write_rollout

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Releases:
    """One Codex home, read by several machines with trackers of their own."""

    def __init__(self, server: str, user: User, folder: Path) -> None:
        self.server, self.user, self.folder = server, user, folder
        self.token = pair_own_device(user=user, name="Laptop", now=timezone.now())[1]
        write_rollout(folder / "codex", start(), turn(), call(1), call(2), call(3))

    def run(self, machine: str, counter: type[Counter]) -> Outcome:
        here = self.folder / machine
        options = Options(
            self.user.public_id,
            [self.folder / "codex"],
            index=here / "index.sqlite3",
            credentials=here / "credentials.json",
            server=self.server,
            token=self.token,
            is_quiet=True,
        )
        return sync(options, now=NOW, counter=counter)


@pytest.fixture
def releases(line: Peer, owner: User, tmp_path: Path) -> Releases:
    return Releases(line.address, owner, tmp_path)


def stored(user: User) -> list[tuple[int, int, int]]:
    calls = Call.objects.filter(user=user, withdrawn_at=None)
    return sorted(calls.values_list("input_tokens", "output_tokens", "revision"))


RIGHT = [(1001, 50, 257), (1003, 60, 258)]


def test_a_newer_counter_corrects_what_an_older_one_sent_and_the_ledger_says_so(
    releases: Releases, owner: User
) -> None:
    releases.run("desk", Counter)

    outcome = releases.run("desk", NextCounter)

    assert stored(owner) == RIGHT
    ledger = Correction.objects.filter(user=owner).order_by("tokens_after")
    assert list(ledger.values_list("reason", "tokens_before", "tokens_after", "revision")) == [
        ("recounted", 1052, 0, 258),
        ("recounted", 1053, 1063, 258),
    ]
    assert [text.partition(": ")[2] for title, text in lines_of(outcome) if title == "Corrected"] == [
        "-1,042 tokens, as a newer counter read the same logs"
    ]


def test_an_older_tracker_on_another_machine_undoes_nothing(releases: Releases, owner: User) -> None:
    releases.run("desk", Counter)
    releases.run("desk", NextCounter)

    outcome = releases.run("laptop", Counter)

    assert outcome.delivered is not None
    assert (outcome.delivered.added, outcome.delivered.already_there) == (0, 3)
    assert stored(owner) == RIGHT


def test_an_older_tracker_on_the_same_machine_undoes_nothing(releases: Releases, owner: User) -> None:
    releases.run("desk", Counter)
    releases.run("desk", NextCounter)

    assert releases.run("desk", Counter).delivered is None
    assert stored(owner) == RIGHT
