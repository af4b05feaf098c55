"""What the page about the API lists, and what its form can ask for."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A path below the server's address, an example of its parameters, and what it answers."""

    path: str
    example: str
    answers: str


ENDPOINTS = (
    Endpoint(
        "/api/v1/totals",
        "by=day&group=model&from=2026-11-01",
        gettext_noop(
            "Sums by hour, day, week or month and by model, label or session; with the API-equivalent estimate and "
            "what of the tokens has no rate."
        ),
    ),
    Endpoint("/api/v1/usage/calls", "limit=100", gettext_noop("Every model call that counts, oldest first, in pages.")),
    Endpoint(
        "/api/v1/corrections",
        "limit=100",
        gettext_noop("What was recounted or taken back, and why, newest first, in pages."),
    ),
    Endpoint("/api/v1/profile", "", gettext_noop("Your time zone, labels and handle, and how fresh your figures are.")),
)
