"""What another time zone makes of a seat's days."""

import datetime
from zoneinfo import ZoneInfo

from codextime.teams.models import Seat, Team
from codextime.teams.rollups import rebuild_soon

ONE_DAY = datetime.timedelta(days=1)


def move_seats_to_zone(*, team: Team, time_zone: str, now: datetime.datetime) -> None:
    """Gives each member's seat the days of the new zone that lie in those of the old one altogether: no call is shown
    that was not. A seat of which no day is left is deleted. Machines are the team's, and lose nothing."""
    zone, changed = ZoneInfo(time_zone), []
    for seat in Seat.objects.filter(team=team):
        days = days_of_machine(seat, team.zone, zone, now) if seat.is_team_owned else days_within(seat, team.zone, zone)
        if days is None:
            seat.delete()
        elif days != (seat.starts_on, seat.ends_on):
            seat.starts_on, seat.ends_on = days
            changed.append(seat)
    rebuild_soon()
    Seat.objects.bulk_update(changed, ["starts_on", "ends_on"], batch_size=500)


def days_within(seat: Seat, old: ZoneInfo, new: ZoneInfo) -> tuple[datetime.date, datetime.date | None] | None:
    """First and last in `new`; `None` if there is no day left."""
    starts_on = first_day_within(seat.starts_on, old, new)
    if seat.ends_on is None:
        return starts_on, None
    ends_on = first_day_within(seat.ends_on + ONE_DAY, old, new, is_end=True) - ONE_DAY
    return (starts_on, ends_on) if starts_on <= ends_on else None


def days_of_machine(
    seat: Seat, old: ZoneInfo, new: ZoneInfo, now: datetime.datetime
) -> tuple[datetime.date, datetime.date | None]:
    """The day in `new` on which it was added, and the one in which its last day ended: all of its calls lie before."""
    starts_on = seat.created_at.astimezone(new).date()
    if seat.ends_on is None:
        return starts_on, None
    until = midnight(seat.ends_on + ONE_DAY, old) - datetime.timedelta(microseconds=1)
    return starts_on, min(until, now).astimezone(new).date()


def first_day_within(on: datetime.date, old: ZoneInfo, new: ZoneInfo, *, is_end: bool = False) -> datetime.date:
    """The first day in `new` that begins no earlier than `on` does in `old`; as an end, the last that begins no later
    than that."""
    moment = midnight(on, old)
    day = moment.astimezone(new).date()
    if is_end or midnight(day, new) >= moment:
        return day
    return day + ONE_DAY


def midnight(on: datetime.date, zone: ZoneInfo) -> datetime.datetime:
    """As an instant in UTC: two times of one zone are compared by their clocks, whatever the hour's offset."""
    return datetime.datetime.combine(on, datetime.time(), zone).astimezone(datetime.UTC)
