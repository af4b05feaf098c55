"""Teams with seats that used something, made straight in the tables: who may do so is tested elsewhere."""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from codextime.accounts.models import User
from codextime.teams import rollups
from codextime.teams.models import Membership, Role, Seat, SeatDay, SeatSource, Team
from codextime.usage.models import Source
from codextime.usage.readings import CallReading
from tests.usage.burning import burn

LONG_AGO = datetime.date(2025, 1, 1)
CREATED_AT = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
Sums = dict[tuple[datetime.date, str], tuple[int, int]]  # (day, model): calls, tokens


def make_team(slug: str = "acme", time_zone: str = "UTC", **fields: object) -> Team:
    return Team.objects.create(slug=slug, name=slug.title(), time_zone=time_zone, created_at=CREATED_AT, **fields)


def join(team: Team, user: User, name: str = "", role: Role = Role.MEMBER) -> Membership:
    name = name or user.email.partition("@")[0]
    return Membership.objects.create(team=team, user=user, name=name, role=role, joined_at=CREATED_AT)


def share(
    team: Team,
    user: User,
    label: str = "laptop",
    sources: Iterable[Source] = (),
    starts_on: datetime.date = LONG_AGO,
    **fields: object,
) -> Seat:
    seat = Seat.objects.create(team=team, user=user, label=label, starts_on=starts_on, created_at=CREATED_AT, **fields)
    for source in sources:
        SeatSource.objects.create(seat=seat, source=source, team=team, is_current=seat.ends_on is None)
    return seat


def use(user: User, *calls: CallReading, label: str = "") -> Source:
    """A new source of the user, and what it used."""
    key = uuid.uuid4()
    burn(user, *calls, label=label, source=key)
    return Source.objects.get(user=user, key=key)


def share_new(team: Team, user: User, *calls: CallReading, label: str = "laptop", **fields: object) -> Seat:
    """A seat with a source of its own that used something, in the team's totals."""
    seat = share(team, user, label, [use(user, *calls, label=f"private {label}")], **fields)  # type: ignore[arg-type]
    rollups.rebuild()
    return seat


def stored_sums(seat: Seat) -> Sums:
    sums: Sums = {}
    for row in SeatDay.objects.filter(seat=seat).select_related("model"):
        calls, tokens = sums.get((row.on, row.model.name), (0, 0))
        sums[row.on, row.model.name] = (calls + row.calls, tokens + row.input_tokens + row.output_tokens)
    return sums


def sums_by_hand(calls: Sequence[CallReading], team: Team, seat: Seat) -> Sums:
    """One call at a time."""
    sums: Sums = {}
    for one in calls:
        on = one.at.astimezone(ZoneInfo(team.time_zone)).date()
        if seat.starts_on <= on and (seat.ends_on is None or on <= seat.ends_on):
            number, tokens = sums.get((on, one.model), (0, 0))
            sums[on, one.model] = (number + 1, tokens + one.input_tokens + one.output_tokens)
    return sums
