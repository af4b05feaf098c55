"""A machine with a Codex home on it, and the tracker's command as its owner types it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from codextime_tracker.cli import main

from tests.tracker.homes import call, start, turn, write_rollout


@dataclass
class Run:
    """What a run of the tracker ended with and wrote."""

    exit: int
    out: str
    err: str


@dataclass
class Machine:
    """`server` and `user` are what stands in the command. `waits` are the seconds that runs would have slept.

    `now` is what their clock says; the real time if it is `None`.
    """

    server: str
    user: str
    home: Path
    rollout: Path
    capture: pytest.CaptureFixture[str]
    waits: list[float] = field(default_factory=list)
    while_waiting: Callable[[], None] | None = None
    now: datetime | None = None

    def __call__(self, *arguments: str, home: Path | None = None) -> Run:
        """A whole run over the machine's Codex home, or over another."""
        options = ["--server", self.server, "--codex-home", str(home or self.home)]
        return self.raw(self.user, *options, *arguments)

    def raw(self, *arguments: str) -> Run:
        self.capture.readouterr()
        try:
            code = main(list(arguments), sleep=self.sleep, now=self.now)
        except SystemExit as ended:
            code = int(ended.code or 0)
        out, err = self.capture.readouterr()
        return Run(code, out, err)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        if self.while_waiting is not None:
            self.while_waiting()


def set_up_machine(
    server: str, user: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
) -> Machine:
    """A machine whose owner's folder is below `folder` and whose Codex home holds three calls."""
    for name in ("XDG_DATA_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(folder / "machine"))
    for name in ("CODEX_HOME", "CODEXTIME_SERVER", "CODEXTIME_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    home = folder / "codex"
    return Machine(server, user, home, write_rollout(home, start(), turn(), call(1), call(2), call(3)), capture)
