"""What is done with a team's usage beside looking at it."""

import datetime

from django.db import transaction

from codextime.dashboard.team import selectors
from codextime.dashboard.team.query import TableQuery
from codextime.dashboard.team.sheet import SeatSheet
from codextime.dashboard.team.team_usage import TeamUsage
from codextime.teams import audit
from codextime.teams.models import AuditEntry, Membership


def export_seats(*, actor: Membership, query: TableQuery, now: datetime.datetime) -> SeatSheet:
    """The seats as a file that is still to be read, with its line in the audit log. Raises `PeriodOutOfRange`."""
    sheet = selectors.get_sheet(usage=TeamUsage(actor.team), query=query, now=now)
    with transaction.atomic():
        days = f"{sheet.period.first.isoformat()} / {sheet.period.last.isoformat()}"
        audit.record(team=actor.team, actor=actor, action=AuditEntry.Action.EXPORTED, subject=days, now=now)
    return sheet
