from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from codextime_tracker.cli import main

from tests.peer import Peer, Request, running_peer, stored_everything
from tests.tracker.homes import call, start, turn, write_rollout

USER = "u_7xk2m9qvt4bnrs"
TOKEN = "cxt_" + "s" * 40


@pytest.fixture
def peer() -> Iterator[Peer]:
    with running_peer() as running:
        yield running


@dataclass
class Run:
    """What a run of the tracker ended with, wrote and waited for."""

    exit: int
    out: str
    err: str


@dataclass
class Tracker:
    """The command, on a machine that holds a Codex home with three calls and a token for the peer."""

    peer: Peer
    home: Path
    rollout: Path
    capture: pytest.CaptureFixture[str]
    waits: list[float] = field(default_factory=list)

    def __call__(self, *arguments: str, home: Path | None = None) -> Run:
        options = ["--server", self.peer.address, "--codex-home", str(home or self.home)]
        return self.raw(USER, *options, *arguments)

    def raw(self, *arguments: str) -> Run:
        self.capture.readouterr()
        try:
            code = main(list(arguments), sleep=self.waits.append)
        except SystemExit as ended:
            code = int(ended.code or 0)
        out, err = self.capture.readouterr()
        return Run(code, out, err)

    @property
    def uploads(self) -> list[Request]:
        return [request for request in self.peer.requests if request.path == "/api/v1/uploads"]


@pytest.fixture
def tracker(peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tracker:
    for name in ("XDG_DATA_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "machine"))
    for name in ("CODEX_HOME", "CODEXTIME_SERVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CODEXTIME_TOKEN", TOKEN)
    home = tmp_path / "codex"
    rollout = write_rollout(home, start(), turn(), call(1), call(2), call(3))
    peer.answers(stored_everything)
    return Tracker(peer, home, rollout, capsys)
