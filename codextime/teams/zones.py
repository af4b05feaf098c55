"""What another time zone makes of a seat's days."""

import datetime
from zoneinfo import ZoneInfo

from codextime.teams.models import Seat, Team
from codextime.teams.rollups import rebuild_soon

ONE_DAY = datetime.timedelta(days=1)


def move_seats_to_zone(*, team: Team, time_zone: str) -> None:
    """Gives each seat the days of the new zone that lie in those of the old one altogether: no call is shown that was
    not. A seat of which no day is left is deleted."""
    zone, changed = ZoneInfo(time_zone), []
    for seat in Seat.objects.filter(team=team):
        starts_on = first_day_within(seat.starts_on, team.zone, zone)
        ends_on = seat.ends_on and first_day_within(seat.ends_on + ONE_DAY, team.zone, zone, is_end=True) - ONE_DAY
        if ends_on and ends_on < starts_on:
            seat.delete()
        elif (starts_on, ends_on) != (seat.starts_on, seat.ends_on):
            seat.starts_on, seat.ends_on = starts_on, ends_on
            changed.append(seat)
    rebuild_soon()
    Seat.objects.bulk_update(changed, ["starts_on", "ends_on"], batch_size=500)


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
