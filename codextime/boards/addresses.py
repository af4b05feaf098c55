"""How a board is addressed. What is the default is left out, so that each board has one address."""

from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from codextime.boards.periods import DEFAULT_MEASURE, DEFAULT_PERIOD, Measure, Period


def parameters_of(period: Period, measure: Measure) -> dict[str, str]:
    """What the address of a board says of it; nothing of the first board."""
    of_period = {} if period == DEFAULT_PERIOD else {"period": period.name}
    return of_period | ({} if measure == DEFAULT_MEASURE else {"by": measure.name})


def path_of(period: Period, measure: Measure) -> str:
    parameters = parameters_of(period, measure)
    return reverse("leaderboard") + ("?" + urlencode(parameters) if parameters else "")


def canonical_address(period: Period, measure: Measure) -> str:
    """The one full address of a board, whichever of its pages is shown."""
    return settings.BASE_URL + path_of(period, measure)
