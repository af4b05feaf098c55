"""What another time zone makes of a seat's days."""

import datetime
from zoneinfo import ZoneInfo

from codextime.teams.models import Seat, Team
from codextime.teams.rollups import rebuild_soon

ONE_DAY = datetime.timedelta(days=1)


def move_seats_to_zone(*, team: Team, time_zone: str, now: datetime.datetime) -> None:
    """Gives each member's seat the days of the new zone that lie in those which were agreed, in the zone of then: no
    call is shown that was not. A seat of which no day is left is deleted. Machines are the team's, and lose nothing."""
    zone, changed = ZoneInfo(time_zone), []
    for seat in Seat.objects.filter(team=team):
        seat.starts_at, seat.ends_at = starts_at, ends_at = find_instants(seat, team.zone)
        days = days_of_machine(seat, zone, now) if seat.is_team_owned else days_within(starts_at, ends_at, zone)
        if days is None:
            seat.delete()
        else:
            seat.starts_on, seat.ends_on = days
            changed.append(seat)
    rebuild_soon()
    Seat.objects.bulk_update(changed, ["starts_on", "ends_on", "starts_at", "ends_at"], batch_size=500)


def find_instants(seat: Seat, zone: ZoneInfo) -> tuple[datetime.datetime, datetime.datetime | None]:
    """When its days begin and end as they were agreed: in the team's zone, unless that has changed since. No change is
    counted from days that another one cut."""
    starts_at = seat.starts_at or midnight(seat.starts_on, zone)
    if seat.ends_on is None:
        return starts_at, None
    return starts_at, seat.ends_at or midnight(seat.ends_on + ONE_DAY, zone)


def days_within(
    starts_at: datetime.datetime, ends_at: datetime.datetime | None, zone: ZoneInfo
) -> tuple[datetime.date, datetime.date | None] | None:
    """First and last day in the zone; `None` if there is no day left."""
    starts_on = starts_at.astimezone(zone).date()
    if midnight(starts_on, zone) < starts_at:
        starts_on += ONE_DAY
    if ends_at is None:
        return starts_on, None
    ends_on = ends_at.astimezone(zone).date() - ONE_DAY
    return (starts_on, ends_on) if starts_on <= ends_on else None


def days_of_machine(seat: Seat, zone: ZoneInfo, now: datetime.datetime) -> tuple[datetime.date, datetime.date | None]:
    """The day in the zone on which it was added, and the one in which its last day ended: all its calls lie before."""
    starts_on = seat.created_at.astimezone(zone).date()
    if seat.ends_at is None:
        return starts_on, None
    until = seat.ends_at - datetime.timedelta(microseconds=1)
    return starts_on, min(until, now).astimezone(zone).date()


def midnight(on: datetime.date, zone: ZoneInfo) -> datetime.datetime:
    """As an instant in UTC: two times of one zone are compared by their clocks, whatever the hour's offset."""
    return datetime.datetime.combine(on, datetime.time(), zone).astimezone(datetime.UTC)
