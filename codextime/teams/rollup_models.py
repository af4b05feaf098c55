"""What seats and teams used, in days of the team: made from the slots of `usage`, and rebuilt, never added to.

Pages of a team read these tables only, so that they grow with seats and days and not with calls.
"""

import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from codextime.usage.fields import TokenSumField
from codextime.usage.models import ModelName, TokenSums


class SeatDay(TokenSums):
    """What a seat used of a day (`on`, in the team's time zone) on one UTC date, as rates change at 00:00 UTC."""

    pk = models.CompositePrimaryKey("seat", "on", "utc_on", "model", "is_long_context")
    seat = models.ForeignKey("teams.Seat", models.CASCADE, related_name="+", db_index=False)
    team = models.ForeignKey("teams.Team", models.CASCADE, related_name="+", db_index=False)
    on = models.DateField()
    utc_on = models.DateField()
    model = models.ForeignKey(ModelName, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    is_long_context = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["team", "on"], name="teams_seat_day_team_on")]


class SeatTotal(models.Model):
    """What the rows of a seat's day, month or year come to (`on` is the first day of it), and all of them (from
    `FOREVER` on): for putting a team's seats in order without reading each day of each. `last_on` is the last of its
    `active_days`."""

    class Span(models.IntegerChoices):
        DAY = 1
        MONTH = 2
        YEAR = 3
        ALL = 4

    FOREVER: ClassVar = datetime.date(2001, 1, 1)  # before all seats

    pk = models.CompositePrimaryKey("seat", "span", "on")
    seat = models.ForeignKey("teams.Seat", models.CASCADE, related_name="+", db_index=False)
    team = models.ForeignKey("teams.Team", models.CASCADE, related_name="+", db_index=False)
    span = models.SmallIntegerField(choices=Span)
    on = models.DateField()
    calls = models.IntegerField()
    tokens = TokenSumField()
    active_days = models.SmallIntegerField()
    last_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["team", "span", "on"], name="teams_seat_total_team_span_on")]

    def __str__(self) -> str:
        return f"of seat {self.seat_id} from {self.on}"


class SeatRateTotal(TokenSums):
    """What a seat's rows of a month or a longer span come to, for a model and a stretch of time in which it had one
    rate: they are of UTC dates from `utc_on` to `last_utc_on`, and where rates that were learned later change in
    between, days are read instead."""

    pk = models.CompositePrimaryKey("seat", "span", "on", "model", "is_long_context", "utc_on")
    seat = models.ForeignKey("teams.Seat", models.CASCADE, related_name="+", db_index=False)
    team = models.ForeignKey("teams.Team", models.CASCADE, related_name="+", db_index=False)
    span = models.SmallIntegerField(choices=SeatTotal.Span)
    on = models.DateField()
    model = models.ForeignKey(ModelName, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    is_long_context = models.BooleanField()
    utc_on = models.DateField()
    last_utc_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["team", "span", "on"], name="teams_rate_total_team_span_on")]


class TeamDay(TokenSums):
    """What the seats of a team have of a day together."""

    pk = models.CompositePrimaryKey("team", "on", "utc_on", "model", "is_long_context")
    team = models.ForeignKey("teams.Team", models.CASCADE, related_name="+", db_index=False)
    on = models.DateField()
    utc_on = models.DateField()
    model = models.ForeignKey(ModelName, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    is_long_context = models.BooleanField()


class SeatRollup(models.Model):
    """For which seat as it was then the rows above were made: where it is another by now, or is gone, they are made
    anew. So whoever changes seats or teams need not know of totals. `sources` are all of the user's if it is `None`.

    It outlives its seat, until the totals of the team are without it.
    """

    seat_id = models.BigIntegerField(primary_key=True)
    team_id = models.BigIntegerField(db_index=True)
    time_zone = models.CharField(max_length=64)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    sources = ArrayField(models.IntegerField(), null=True)

    def __str__(self) -> str:
        return f"of seat {self.seat_id}"
