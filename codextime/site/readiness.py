"""Whether all of the server does its work: what an operator's monitoring asks for.

Two cheap questions, one to the database and one to the cache, which is the broker too. Whoever is to decide where
requests go asks `/healthz`: pages and uploads work without a worker.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.db import Error

from codextime.lib.heartbeats import HeartbeatsUnknown, last_heartbeats
from codextime.lib.patience import patience
from codextime.usage.selectors import oldest_dirty_date_at

SILENT_AFTER_SECONDS = {
    "beat": 60,  # four turns missed
    "worker": 180,  # the heartbeat waits behind a rebuild of years of usage
}
TOTALS_LATE_AFTER_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Check:
    """`seconds` is the age that was looked at: of a heartbeat, or of the oldest date that waits for its totals."""

    is_ok: bool
    says: str
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    checks: dict[str, Check]

    @property
    def is_ready(self) -> bool:
        return all(check.is_ok for check in self.checks.values())

    def as_json(self) -> dict[str, object]:
        return {"ready": self.is_ready, "checks": {name: asdict(check) for name, check in self.checks.items()}}


def get_readiness(*, now: datetime) -> Readiness:
    return Readiness(check_database(now) | check_broker(now))


def check_database(now: datetime) -> dict[str, Check]:
    try:
        with patience(settings.HEALTH_SECONDS):
            oldest = oldest_dirty_date_at()
    except Error:
        silent = Check(False, "The database does not answer.")
        return {"database": silent, "totals": Check(False, "Unknown without the database.")}
    seconds = 0 if oldest is None else max(int((now - oldest).total_seconds()), 0)
    is_late = seconds > TOTALS_LATE_AFTER_SECONDS
    totals = Check(not is_late, "Totals are late." if is_late else "Totals are up to date.", seconds)
    return {"database": Check(True, "The database answers."), "totals": totals}


def check_broker(now: datetime) -> dict[str, Check]:
    try:
        beats = last_heartbeats("worker", "beat", now=now)
    except HeartbeatsUnknown:
        unknown = {name: Check(False, "Unknown without the broker.") for name in ("worker", "beat")}
        return {"broker": Check(False, "The broker does not answer.")} | unknown
    return {"broker": Check(True, "The broker answers.")} | {
        name: check_heartbeat(name, seconds) for name, seconds in beats.items()
    }


def check_process(process: str, *, now: datetime) -> Check:
    """Whether the worker or beat gave a sign of life lately."""
    return check_broker(now)[process]


def check_heartbeat(process: str, seconds: float | None) -> Check:
    if seconds is None:
        return Check(False, f"Nothing was heard of the {process} yet.")
    if seconds > SILENT_AFTER_SECONDS[process]:
        return Check(False, f"The {process} is silent.", int(seconds))
    return Check(True, f"The {process} works.", int(seconds))
