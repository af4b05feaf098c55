"""The public pages: what each is called, what it says about itself, and which of them search engines may list."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_noop

from codextime.boards.board_page import DESCRIPTION as BOARD_DESCRIPTION


@dataclass(frozen=True, slots=True)
class PublicPage:
    """`name` is that of its URL; `title` and `description`, which templates translate, also stand in search results and
    previews of links."""

    name: str
    title: str
    description: str

    @property
    def address(self) -> str:
        """The one full address of the page, whatever its visitor typed."""
        return f"{settings.BASE_URL}{reverse(self.name)}"


HOME = PublicPage(
    "home",
    gettext_noop("Know what Codex burns"),
    gettext_noop(
        "Tokens by day, model and machine, exact to the single model call. Counted on your machine from the logs that "
        "Codex writes anyway; only counts ever leave it."
    ),
)
EXAMPLE = PublicPage(
    "example",
    gettext_noop("An example dashboard"),
    gettext_noop(
        "A year of somebody who does not exist, with invented figures, to try every switch and chart of a dashboard."
    ),
)
UPLOADED = PublicPage(
    "what_is_uploaded",
    gettext_noop("What is uploaded, and what never is"),
    gettext_noop(
        "Every field that the tracker may send, one by one, and a whole upload to look at. Counts only: never prompts, "
        "code, paths or output."
    ),
)
RATES = PublicPage(
    "api_equivalent",
    gettext_noop("The API-equivalent estimate"),
    gettext_noop(
        "What Codex's tokens would have cost at OpenAI's public API rates: each rate with its dates, its evidence and "
        "the official page. Not a bill."
    ),
)
HELP = PublicPage(
    "help",
    gettext_noop("Help"),
    gettext_noop("How to start, how to read the figures, and what to do when something is not as it should be."),
)
API = PublicPage(
    "api",
    gettext_noop("API for programs"),
    gettext_noop(
        "What programs of your own can read: totals, calls, corrections and your profile, as JSON or CSV; with a form "
        "to try it."
    ),
)
PRIVACY = PublicPage(
    "privacy",
    gettext_noop("Privacy notice"),
    gettext_noop("What this server stores about you, why, for how long, and how to have it erased."),
)
TERMS = PublicPage(
    "terms",
    gettext_noop("Terms"),
    gettext_noop("What Codextime is and is not: independent, without warranty, and not a billing system."),
)
CONTACT = PublicPage(
    "contact", gettext_noop("Contact"), gettext_noop("Who runs this server, and where to report a problem.")
)
LEADERBOARD = PublicPage("leaderboard", gettext_noop("Leaderboard"), BOARD_DESCRIPTION)

PAGES = (HOME, EXAMPLE, UPLOADED, RATES, HELP, API, PRIVACY, TERMS, CONTACT)
