"""Machines of one owner, whose trackers may be of different releases."""

from datetime import UTC, datetime
from pathlib import Path

from codextime_tracker.counting import Counter
from codextime_tracker.sync import Options, Outcome, sync
from django.utils import timezone

from codextime.accounts.models import User
from codextime.devices.services import pair_own_device
from tests.tracker.homes import call, start, turn, write_rollout

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Machines:
    """One Codex home, read by several machines with trackers of their own."""

    def __init__(self, server: str, user: User, folder: Path) -> None:
        self.server, self.user, self.folder = server, user, folder
        self.token = pair_own_device(user=user, name="Laptop", now=timezone.now())[1]
        write_rollout(self.home, start(), turn(), call(1), call(2), call(3))

    @property
    def home(self) -> Path:
        return self.folder / "codex"

    def run(self, machine: str, counter: type[Counter] = Counter, *, is_reconciling: bool = False) -> Outcome:
        here = self.folder / machine
        options = Options(
            self.user.public_id,
            [self.home],
            index=here / "index.sqlite3",
            credentials=here / "credentials.json",
            allowed_names=here / "models.json",
            session_switches=here / "sessions.json",
            server=self.server,
            token=self.token,
            is_quiet=True,
        )
        return sync(options, now=NOW, counter=counter, is_reconciling=is_reconciling)
