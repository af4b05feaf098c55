"""The data folder of `codextime up`: what lies where, made with the right owners and modes."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from codextime.runtime import unprivileged
from codextime.runtime.errors import StartRefused

OTHERS_MAY_PASS = 0o001
SECRET_KEY_BYTES = 48


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

    def make(self) -> None:
        """Makes what is missing. `StartRefused` when the folder cannot be used, with what to do instead."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if not self.lock.exists() and any(self.path.iterdir()):
                raise self._refusal("it holds other things already")
            self.lock.touch(mode=0o600)
            for private in (self.logs, self.mail):
                private.mkdir(mode=0o700, exist_ok=True)
            for public in (self.postgres.parent, self.programs, self.static):
                public.mkdir(exist_ok=True)
            unprivileged.own(self.postgres.parent)
            self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
        except OSError as error:
            raise self._refusal(error.strerror or str(error)) from error
        if os.geteuid() == 0:
            self._require_passage()

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
