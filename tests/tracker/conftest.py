from collections.abc import Iterator
from pathlib import Path

import pytest
from codextime_tracker import compiled

from tests.machine import Machine, set_up_machine
from tests.peer import Peer, Request, running_peer, stored_everything

USER = "u_7xk2m9qvt4bnrs"
TOKEN = "cxt_" + "s" * 40


@pytest.fixture
def peer() -> Iterator[Peer]:
    with running_peer() as running:
        yield running


class Tracker(Machine):
    """A machine beside a server that a test controls."""

    peer: Peer

    @property
    def uploads(self) -> list[Request]:
        return [request for request in self.peer.requests if request.path == "/api/v1/uploads"]


@pytest.fixture
def tracker(peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tracker:
    """With a token for the peer, which takes every call."""
    made = Tracker(**vars(set_up_machine(peer.address, USER, tmp_path, monkeypatch, capsys)))
    made.peer = peer
    monkeypatch.setenv("CODEXTIME_TOKEN", TOKEN)
    peer.answers(stored_everything)
    return made


@pytest.fixture(params=["compiled", "python"])
def each_reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has a test read with the compiled reader, and once more without it, as who has no compiler reads."""
    if request.param == "python":
        monkeypatch.setattr(compiled, "read_block", None)
    elif compiled.read_block is None:
        pytest.skip("no compiled reader: it needs a C compiler and Python's headers")
