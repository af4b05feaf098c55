"""Each server that this machine is paired with: reachable, clock, upload token."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from codextime_tracker.addresses import needs_warning, parse_server
from codextime_tracker.allowlist import PROTOCOL
from codextime_tracker.answers import TokenCheck
from codextime_tracker.checks import FINE, NOTE, PROBLEM, Finding
from codextime_tracker.client import Client
from codextime_tracker.credentials import Pairing
from codextime_tracker.durations import in_words
from codextime_tracker.exits import Exit, Stopped
from codextime_tracker.terminal import plain

CLOCK_MAY_DIFFER = timedelta(seconds=60)


class Target(NamedTuple):
    """`user_id` is empty for a token of the environment, which names nobody."""

    server: str
    user_id: str
    token: str


def targets_of(pairings: list[Pairing], server: str | None, token: str | None) -> list[Target]:
    """All pairings, or those with `server`; and CODEXTIME_TOKEN at `server` or where this machine was paired last."""
    paired = [Target(each.server, each.user_id, each.token) for each in pairings if server in (None, each.server)]
    place = server or (pairings[-1].server if pairings else None)
    return [*([Target(place, "", token)] if token and place else []), *paired]


def check_servers(targets: list[Target], now: datetime, *, allow_http: bool) -> Iterator[Finding]:
    if not targets:
        advice = "codextime-tracker login <userId> --server URL, as your dashboard shows it"
        yield Finding(NOTE, "server", "this machine is not paired with any", advice)
    begun = time.monotonic()
    for each in targets:
        whom = each.user_id or "the user of CODEXTIME_TOKEN"
        if not each.token:
            text = f"{each.server} refused the upload token of {whom}"
            yield Finding(PROBLEM, "token", text, f"codextime-tracker login {whom}", Exit.TOKEN_REFUSED)
            continue
        try:
            check = ask(each, allow_http=allow_http)
        except Stopped as stopped:
            about = "token" if stopped.exit == Exit.TOKEN_REFUSED else "server"
            advice = f"codextime-tracker login {each.user_id}" if about == "token" and each.user_id else ""
            yield Finding(PROBLEM, about, str(stopped), advice, stopped.exit)
            continue
        yield Finding(FINE, "server", f"{each.server} answers")
        yield from check_token(each, check)
        yield from check_clock(check, now + timedelta(seconds=time.monotonic() - begun))


def ask(target: Target, *, allow_http: bool) -> TokenCheck:
    """Once: a doctor tells what is, and does not wait until it is better. Raises `Stopped`."""
    server = parse_server(target.server)
    needs_warning(server, allow_http=allow_http)
    with Client(server, attempts=1) as client:
        return client.check_token(token=target.token)


def check_token(target: Target, check: TokenCheck) -> Iterator[Finding]:
    owner = plain(check.opens.user, longest=40)
    if target.user_id and owner != target.user_id:
        text = f"the one for {target.user_id} opens another account, {owner}"
        yield Finding(PROBLEM, "token", text, f"codextime-tracker logout {target.user_id}", Exit.TOKEN_REFUSED)
    elif PROTOCOL not in check.opens.protocols:
        text = f"{target.server} does not take protocol {PROTOCOL}"
        advice = "Update the tracker: pipx upgrade codextime-tracker. If it is the newest, ask who runs the server."
        yield Finding(PROBLEM, "protocol", text, advice, Exit.SERVER_REFUSED)
    else:
        yield Finding(FINE, "token", f"works, for {owner}")


def check_clock(check: TokenCheck, now: datetime) -> Iterator[Finding]:
    if check.server_time is None:
        yield Finding(NOTE, "clock", "the server does not say what time it is", "Nothing needs to be done.")
        return
    ahead = now - check.server_time
    if abs(ahead) <= CLOCK_MAY_DIFFER:
        yield Finding(FINE, "clock", "agrees with the server's")
        return
    where = "ahead of" if ahead > timedelta() else "behind"
    text = f"this machine's is {in_words(abs(ahead))} {where} the server's"
    advice = "Set this machine's clock. Calls of the future wait here until their time has come."
    yield Finding(NOTE, "clock", text, advice)
