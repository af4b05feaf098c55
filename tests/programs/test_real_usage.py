"""Real rollouts of every era, from the tracker's sync to the read API: each total is what the ledger says."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from codextime_tracker.sync import Options, sync
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from codextime.accounts.models import User
from codextime.accounts.services import start_session_grouping
from codextime.devices.services import pair_own_device
from codextime.usage.services import change_time_zone, rebuild_dirty_dates
from tests.conftest import make_person
from tests.programs.asking import Program
from tests.programs.test_totals import QUESTIONS, amounts
from tests.tracker.rollouts import CORPORA, load

FIELDS = {
    "calls": "calls",
    "input": "input_tokens",
    "cached_input": "cached_input_tokens",
    "output": "output_tokens",
    "reasoning_output": "reasoning_output_tokens",
}

IN_EVERY_RUN = ("0.23.0", "0.169.0", "upgrade-mixed")  # the oldest, the newest and several at once; all in the soak


@pytest.fixture
def owner(transactional_db: None) -> User:
    return make_person("owner")


@pytest.mark.parametrize(
    "corpus",
    [
        pytest.param(corpus, id=corpus.name, marks=() if corpus.name in IN_EVERY_RUN else pytest.mark.soak)
        for corpus in CORPORA
    ],
)
def test_totals_are_those_of_the_ledger(corpus: Path, owner: User, live_server: LiveServer, tmp_path: Path) -> None:
    start_session_grouping(user=owner, now=timezone.now())
    options = Options(
        owner.public_id,
        [corpus / "home"],
        index=tmp_path / "index.sqlite3",
        credentials=tmp_path / "credentials.json",
        allowed_names=tmp_path / "models.json",
        session_switches=tmp_path / "sessions.json",
        server=live_server.url,
        token=pair_own_device(user=owner, name="Laptop", now=timezone.now())[1],
        is_quiet=True,
        groups_by_session=True,
    )
    sync(options, now=datetime(2026, 11, 22, tzinfo=UTC))
    rebuild_dirty_dates(user_id=owner.pk)
    change_time_zone(user=owner, name="America/St_Johns")
    program = Program(owner)

    whole = program.read("totals?to=2026-11-22")["total"]

    expected = Counter[str]()
    for sums in load(corpus / "expected.json")["by_model"].values():
        expected.update({field: sums[name] for name, field in FIELDS.items()})
    assert {field: whole[field] for field in expected} == expected
    assert whole["tokens"] == expected["input_tokens"] + expected["output_tokens"]
    for question in QUESTIONS:
        rows = program.read(f"totals?from=2026-11-15&to=2026-11-22&{question}")["rows"]
        assert sum(map(amounts, rows), Counter()) == amounts(whole), question
    assert (len(program.read("totals?group=thread")["rows"]) > 1) == (whole["calls"] > 1)
    calls = program.read("usage/calls?limit=10000")["rows"]
    assert (len(calls), sum(call["input_tokens"] for call in calls)) == (whole["calls"], whole["input_tokens"])
