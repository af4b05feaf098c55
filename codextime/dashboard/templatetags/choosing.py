"""What a template asks of a page's query."""

import datetime

from django import template

from codextime.dashboard import choices
from codextime.dashboard.queries import OverviewQuery

register = template.Library()


@register.filter
def shortcuts(query: OverviewQuery, today: datetime.date) -> list[choices.Choice]:
    """Periods by name for the form of two dates."""
    return choices.shortcuts(query, today=today)
