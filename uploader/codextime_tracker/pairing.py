"""Pairing this machine with an account: the device flow of RFC 8628. The owner approves in a browser, never here."""

import time
import webbrowser
from collections.abc import Callable

from codextime_tracker.addresses import Server, is_page_of
from codextime_tracker.answers import PairingCode
from codextime_tracker.client import Client
from codextime_tracker.exits import Exit, Stopped
from codextime_tracker.failures import ServerRefused
from codextime_tracker.terminal import plain

SLOW_DOWN = 5  # seconds; RFC 8628, section 3.5
LONGEST_INTERVAL = 60  # a server that asks for more between polls would outlive its own codes
LONGEST_LIFE = 1800  # half an hour: the longest that RFC 8628, section 3.2, shows


class PairingDenied(Stopped):
    exit = Exit.NOT_PAIRED


class PairingExpired(Stopped):
    exit = Exit.NOT_PAIRED


class PairedWithAnother(Stopped):
    """The server gave a token of another account than the one that was asked for."""

    exit = Exit.NOT_PAIRED


class PairingPageElsewhere(ServerRefused):
    """The server names a page for pairing that is not its own."""


def pair(
    client: Client,
    *,
    user_id: str,
    say: Callable[[str], None],
    opens_browser: bool,
    groups_by_session: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> str:
    """The upload token that the owner of `user_id` approved.

    Raises `PairingDenied`, `PairingExpired`, `PairedWithAnother`, `PairingPageElsewhere` and the client's errors.
    """
    code = client.start_pairing(user_id=user_id, groups_by_session=groups_by_session)
    link = own_link(code, client.server)
    say(instructions(client, code, link, user_id))
    if opens_browser:
        open_in_browser(link)
    return wait_for_approval(client, code, user_id, sleep, clock)


def wait_for_approval(
    client: Client, code: PairingCode, user_id: str, sleep: Callable[[float], None], clock: Callable[[], float]
) -> str:
    ends_at = clock() + min(code.expires_in, LONGEST_LIFE)
    interval = min(max(code.interval, 1), LONGEST_INTERVAL)
    while clock() < ends_at:
        sleep(interval)
        state = client.poll_pairing(device_code=code.device_code)
        if state.access_token:
            return own_token(state.access_token, state.user, user_id)
        if state.error == "slow_down":
            interval += SLOW_DOWN
        elif state.error == "access_denied":
            raise PairingDenied(
                "The request was denied in the browser. Nothing was sent. Run the command again to ask anew."
            )
        elif state.error != "authorization_pending":
            break
    raise PairingExpired("The code expired before it was approved. Run the command again for a new one.")


def own_token(token: str, owner: str, user_id: str) -> str:
    if owner != user_id:
        raise PairedWithAnother(
            f"The server paired this machine with another account than {user_id}. Nothing was sent. "
            "Check the id in your command: your dashboard shows it."
        )
    return token


def instructions(client: Client, code: PairingCode, link: str, user_id: str) -> str:
    minutes = max(1, min(code.expires_in, LONGEST_LIFE) // 60)
    return (
        f"This machine is not paired with {user_id} on {client.server} yet.\n\n"
        f"  Open     {link}\n"
        f"  Compare  {plain(code.user_code)}   and approve if the page shows the same code.\n\n"
        f"Waiting for your approval. The code is good for {minutes} minutes; Ctrl-C stops."
    )


def own_link(code: PairingCode, server: Server) -> str:
    """The page to open. Raises `PairingPageElsewhere`: who opens it is asked to trust what it shows."""
    link = code.verification_uri_complete or code.verification_uri
    if not is_page_of(server, link):
        raise PairingPageElsewhere(
            f"{server} names a page for pairing that is not its own: {plain(link, longest=100)} "
            "If that page is yours, name its address with --server. Nothing was opened or sent."
        )
    return link


def open_in_browser(link: str) -> None:
    try:
        webbrowser.open(link)
    except webbrowser.Error:
        return  # the link is printed as well
