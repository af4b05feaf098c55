"""The data folder of `codextime up`: what lies where, made with the right owners and modes."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from codextime.runtime import unprivileged
from codextime.runtime.errors import StartRefused

OTHERS_MAY_PASS = 0o001
SECRET_KEY_BYTES = 48
MEGABYTE = 1_000_000
ENOUGH_MEGABYTES = 100  # a new database takes half of it


@dataclass(frozen=True)
class DataFolder:
    path: Path

    @property
    def postgres(self) -> Path:
        return self.path / "postgres" / "data"

    @property
    def programs(self) -> Path:
        """Copies of the servers' programs, made only where their user cannot read the originals."""
        return self.path / "programs"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def mail(self) -> Path:
        return self.path / "mail"

    @property
    def static(self) -> Path:
        return self.path / "static"

    @property
    def state(self) -> Path:
        """What `login-link` and `manage` need to find a running `up`."""
        return self.path / "state.json"

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def upload_token(self) -> Path:
        """The upload token of this machine's own Codex home."""
        return self.path / "upload-token"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    @property
    def is_made(self) -> bool:
        return os.path.lexists(self.lock)

    def make(self) -> None:
        """Makes what is missing. `StartRefused` when the folder cannot be used, with what to do instead."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._require_owner(self.path.resolve(), (os.geteuid(),))
            if not self.is_made and any(self.path.iterdir()):
                raise self._refusal("it holds other things already")
            self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
            self.require_trust()
            self.lock.touch(mode=0o600)
            for private in (self.logs, self.mail):
                private.mkdir(mode=0o700, exist_ok=True)
                os.chown(private, os.geteuid(), -1)  # the last start may have handed it to the servers' user
            for public in (self.postgres.parent, self.programs, self.static):
                public.mkdir(exist_ok=True)
        except OSError as error:
            raise self._refusal(error.strerror or str(error)) from error
        if os.geteuid() == 0:
            self._require_passage()

    def require_trust(self) -> None:
        """`StartRefused` unless all that is in the folder was made by us: its files are followed, run and believed."""
        self._require_owner(self.path.resolve(), (os.geteuid(),))
        owners = (os.geteuid(), *unprivileged.find_user_ids())
        for path in self.path.iterdir():
            if path.is_symlink():
                raise self._refusal(f"{path.name} in it is a link to another place")
            self._require_owner(path, owners)

    def _require_owner(self, path: Path, owners: tuple[int, ...]) -> None:
        found = path.lstat().st_uid
        if found not in owners:
            raise self._refusal(f"{path} belongs to {unprivileged.name_of(found)}")

    @contextmanager
    def failures_explained(self) -> Iterator[None]:
        """Turns what goes wrong with files into `StartRefused`, and names a full disk where that may be the reason."""
        try:
            yield
        except (OSError, StartRefused) as error:
            free = shutil.disk_usage(self.path).free // MEGABYTE if self.path.exists() else ENOUGH_MEGABYTES
            if free < ENOUGH_MEGABYTES:
                advice = f"\nThe disk of {self.path} has {free} MB left: make room, then start again."
            elif isinstance(error, StartRefused):
                raise
            else:
                advice = "\nCorrect that, then start again."
            raise StartRefused(f"{error}{advice}") from error

    def _require_passage(self) -> None:
        """As root, PostgreSQL runs as another user, who must be able to reach its folder."""
        for parent in self.path.resolve().parents:
            if not parent.stat().st_mode & OTHERS_MAY_PASS:
                raise self._refusal(f"PostgreSQL runs as the user '{unprivileged.NAME}', who may not enter {parent}")

    def _refusal(self, reason: str) -> StartRefused:
        return StartRefused(
            f"Codextime cannot keep its data in {self.path}: {reason}.\n"
            f"Choose another folder: make up CODEXTIME_DATA=/path/to/a/folder"
        )

    def secret_key(self) -> str:
        """Django's secret key, made once and readable by its owner only."""
        path = self.path / "secret-key"
        if not path.exists():
            write_private(path, secrets.token_urlsafe(SECRET_KEY_BYTES))
        return path.read_text()


def write_private(path: Path, text: str) -> None:
    """Replaces a file at once, with a mode of 0600 from its first byte on."""
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
