"""What a stranger finds at the home address: how to begin here, and a dashboard to look at."""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

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
    calls = f"{everything.now.exact_calls}{formats.SPACE}calls"  # as the tracker says it, in English
    return Landing(
        start=get_start(),
        example=example,
        run=[
            (
                "All time",
                f"{calls}, {everything.now.exact_tokens} tokens in {EXAMPLE_FILES:,}{formats.SPACE}files",
            ),
            ("Sent", f"{calls}: {everything.now.exact_calls} new"),
            ("Dashboard", f"{settings.BASE_URL}/dashboard"),
        ],
    )


def get_start() -> Start:
    sign_in, sign_up = reverse("account_login"), reverse("account_signup")
    command = f"{settings.TRACKER_COMMAND} {YOUR_ID} --server {settings.BASE_URL}"
    if settings.IS_LOCAL:
        note = _(
            "This server runs on your own machine. It syncs the Codex home it finds, and nothing leaves the machine."
        )
        steps = [Step(_("Start it"), "make up"), Step(_("Print a link that signs you in"), settings.LOGIN_LINK_COMMAND)]
        return Start(_("Sign in"), sign_in, note, steps)
    tracked = Step(_("Run this on each machine with Codex"), command)
    if settings.SIGN_UP == "open":
        return Start(_("Sign up"), sign_up, _("Private from the first minute, until you decide otherwise."), [tracked])
    if settings.SIGN_UP == "invitation":
        note = _("New accounts are by invitation: open the link that you were sent.")
        return Start(_("Sign in"), sign_in, note, [tracked])
    note = _("This server takes no new accounts. You can run one of your own, in the project's folder:")
    return Start(
        _("Sign in"), sign_in, note, [Step(_("Start it"), "make up"), Step(_("Sign in to it"), "make login-link")]
    )
