"""What a stranger finds at the home address: how to begin here, and a dashboard to look at."""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from codextime.dashboard.overview import Overview
from codextime.dashboard.queries import OverviewQuery
from codextime.lib import formats
from codextime.site.example import get_example

YOUR_ID = "u_yourid"
EXAMPLE_FILES = 1_284  # logs of the person who does not exist


@dataclass(frozen=True, slots=True)
class Step:
    text: str
    command: str


@dataclass(frozen=True, slots=True)
class Start:
    """How somebody begins on this server. `link` is where its button leads."""

    button: str
    link: str
    note: str
    steps: list[Step]


@dataclass(frozen=True, slots=True)
class Landing:
    """`run` are the lines that the tracker prints at the end of a run, as (title, text)."""

    start: Start
    example: Overview
    run: list[tuple[str, str]]


def get_landing(*, now: datetime.datetime) -> Landing:
    example, everything = (get_example(query=OverviewQuery(period=name), now=now) for name in ("30d", "all"))
    calls = formats.plural(everything.now.calls, "call")
    return Landing(
        start=get_start(),
        example=example,
        run=[
            ("All time", f"{calls}, {everything.now.exact_tokens} tokens in {formats.plural(EXAMPLE_FILES, 'file')}"),
            ("Sent", f"{calls}: {everything.now.exact_calls} new"),
            ("Dashboard", f"{settings.BASE_URL}/dashboard"),
        ],
    )


def get_start() -> Start:
    sign_in, sign_up = reverse("account_login"), reverse("account_signup")
    command = f"{settings.TRACKER_COMMAND} {YOUR_ID} --server {settings.BASE_URL}"
    if settings.IS_LOCAL:
        note = "This server runs on your own machine. It syncs the Codex home it finds, and nothing leaves the machine."
        steps = [Step("Start it", "make up"), Step("Print a link that signs you in", settings.LOGIN_LINK_COMMAND)]
        return Start("Sign in", sign_in, note, steps)
    tracked = Step("Run this on each machine with Codex", command)
    if settings.SIGN_UP == "open":
        return Start("Sign up", sign_up, "Private from the first minute, until you decide otherwise.", [tracked])
    if settings.SIGN_UP == "invitation":
        note = "New accounts are by invitation: open the link that you were sent."
        return Start("Sign in", sign_in, note, [tracked])
    note = "This server takes no new accounts. You can run one of your own, in the project's folder:"
    return Start("Sign in", sign_in, note, [Step("Start it", "make up"), Step("Sign in to it", "make login-link")])
