"""Renaming a source: one small upload without calls. Whatever else waits is left for the next run."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from codextime_tracker.addresses import Server
from codextime_tracker.credentials import read_pairings
from codextime_tracker.exits import NotPaired, Stopped, UsageRefused
from codextime_tracker.homes import existing_homes
from codextime_tracker.opening import opened
from codextime_tracker.sync import Options, connected, destinations_of, find_access, forget_token


def set_label(options: Options, label: str, *, sleep: Callable[[float], None]) -> tuple[Server, int]:
    """The server, and how many sources have the label now. Raises `NotPaired` and the errors of a run."""
    server, token = find_access(options)
    if token is None:
        raise NotPaired(f"This machine is not paired with {options.user_id}: codextime-tracker login {options.user_id}")
    with opened(options.index) as index, connected(options, server, sleep) as client:
        from codextime_tracker.delivery import send
        from codextime_tracker.uploads import compose

        homes, _ = existing_homes(options.homes)
        destinations = destinations_of(options, index, homes, str(server))
        for each in destinations:
            try:
                send(client, token, compose([], each, upload_id=uuid4().hex, label=label))
            except Stopped as stopped:
                forget_token(options, server, stopped)
                raise
            index.remember_label(str(each), label)
    return server, len(destinations)


def only_user(credentials: Path, server: str | None) -> str:
    """The one who is paired here: with `server`, if it is named. Raises `NotPaired`, `UsageRefused`."""
    users = {each.user_id for each in read_pairings(credentials) if server in (None, each.server)}
    if not users:
        raise NotPaired(
            "Nobody is paired here. With CODEXTIME_TOKEN, add your user id behind the name; "
            "else begin with: codextime-tracker login <userId> --server URL"
        )
    if len(users) > 1:
        raise UsageRefused(f"Whose? Several are paired here: add one of {', '.join(sorted(users))} behind the name.")
    return users.pop()
