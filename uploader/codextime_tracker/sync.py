"""One run: pair if this machine is new, read what is new, send what is new, say what was done."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from codextime_tracker import progress
from codextime_tracker.addresses import Server, needs_warning, parse_server
from codextime_tracker.built_in import find_built_in_server
from codextime_tracker.counting import Counter
from codextime_tracker.credentials import Pairing, find_pairing, remember_pairing
from codextime_tracker.custom_models import settle_names
from codextime_tracker.destinations import Destination, has_news
from codextime_tracker.exits import Exit, Stopped, UsageRefused
from codextime_tracker.grouping import is_wanted
from codextime_tracker.homes import existing_homes
from codextime_tracker.index import Index
from codextime_tracker.locking import one_run_at_a_time, waiting_for_approval
from codextime_tracker.opening import opened
from codextime_tracker.periods import Figures, count_figures
from codextime_tracker.runs import noted
from codextime_tracker.scan_report import ScanReport
from codextime_tracker.scanning import scan
from codextime_tracker.session_switches import settle_switches
from codextime_tracker.terminal import can_open_browser, count

if TYPE_CHECKING:
    from codextime_tracker.client import Client
    from codextime_tracker.delivery import Delivered
    from codextime_tracker.reconciling import Comparison

NEVER_SENT = (
    "From Codex's logs, only token counts, times and model names are sent. Prompts, answers, code, commands, names of\n"
    "files and paths are never sent. See for yourself what would leave: add --dry-run to this command."
)


class Options(Struct, frozen=True):
    """What the command line and the environment say. `token` is one from the environment, not from pairing."""

    user_id: str
    homes: list[Path]
    index: Path
    credentials: Path
    allowed_names: Path
    session_switches: Path
    server: str | None = None
    token: str | None = None
    label: str | None = None
    opens_browser: bool = True
    allow_http: bool = False
    is_quiet: bool = False
    groups_by_session: bool = False

    def __repr__(self) -> str:
        return f"Options({self.user_id!r}, {self.homes!r})"  # never the token


class Outcome(Struct):
    """What a run found and did, for the report. `is_first`: nothing was sent from here to there before."""

    server: Server
    scans: list[ScanReport]
    missing_homes: list[tuple[Path, str]]
    figures: Figures
    delivered: "Delivered | None"
    notices: list[str]
    is_first: bool
    comparison: "Comparison | None" = None


def sync(
    options: Options,
    *,
    now: datetime,
    sleep: Callable[[float], None] = time.sleep,
    counter: type[Counter] = Counter,
    is_reconciling: bool = False,
    ask: Callable[[str], bool] | None = None,
) -> Outcome:
    """Does one run. Raises `Stopped` in one of its kinds; whatever was done until then is kept.

    `ask` puts a question to the person who waits for the run, if one does.
    `is_reconciling`: before it sends, it compares the index with all that the server has.
    """
    with opened(options.index) as index, noted(index, options.user_id, now) as run:
        settle_names(index, options.allowed_names)
        settle_switches(index, options.session_switches)
        waits = unsent_destinations(index, options, find_server(options))
        homes, missing = existing_homes(options.homes, may_be_none=bool(waits))
        server, token = find_access(options)
        run.server = str(server)
        if token is None:
            say(NEVER_SENT + "\n")
        groups = options.groups_by_session or is_wanted(
            index, options.session_switches, str(server), options.user_id, ask=ask
        )
        if token is None:
            token = pair_this_machine(options, server, sleep, groups_by_session=groups)
        scans = [scan_home(index, home, is_quiet=options.is_quiet, counter=counter) for home in homes]
        destinations = destinations_of(options, index, homes, str(server))
        for each in destinations:
            index.remember_destination(str(each))
        destinations += [each for each in waits if each not in destinations]
        comparison = None
        if is_reconciling:
            comparison = compare(options, index, destinations, homes, server, token, sleep, counter)
        is_first = not any(index.cursor(str(each)) for each in destinations)
        regrouped = group_sessions(options, index, homes, server, token, sleep, now)
        destinations += [each for each in regrouped if each not in destinations]
        delivered = deliver_all(options, index, destinations, server, token, now, sleep)
        run.sent = delivered.sent if delivered else 0
        figures = count_figures(index, [each.source_key for each in destinations], now, may_write=True)
        return Outcome(
            server,
            scans,
            missing,
            figures,
            delivered,
            index.notices,
            is_first=is_first and delivered is not None,
            comparison=comparison,
        )


def login(options: Options, *, sleep: Callable[[float], None] = time.sleep) -> tuple[Server, bool]:
    """Pairs this machine unless it has a token that works: the server, and whether it was paired now.

    Raises as `sync`.
    """
    server, token = find_access(options)
    with one_run_at_a_time(options.index):
        if token is not None and token_works(options, server, token, sleep):
            return server, False
        say(NEVER_SENT + "\n")
        pair_this_machine(options, server, sleep)
    return server, True


def token_works(options: Options, server: Server, token: str, sleep: Callable[[float], None]) -> bool:
    try:
        with connected(options, server, sleep) as client:
            client.check_token(token=token)
    except Stopped as stopped:
        if stopped.exit != Exit.TOKEN_REFUSED:
            raise
        return False
    return True


def compare(
    options: Options,
    index: Index,
    destinations: list[Destination],
    homes: list[Path],
    server: Server,
    token: str,
    sleep: Callable[[float], None],
    counter: type[Counter],
) -> "Comparison":
    """Makes changes of what the index and the server do not agree on."""
    from codextime_tracker.reconciling import Reconciliation

    try:
        with connected(options, server, sleep) as client:
            listed = client.list_calls(token=token, user_id=options.user_id)
            reconciliation = Reconciliation(index, options.user_id, listed)
    except Stopped as stopped:
        forget_token(options, server, stopped)
        raise
    return reconciliation.settle(destinations, homes, counter)


def group_sessions(
    options: Options,
    index: Index,
    homes: list[Path],
    server: Server,
    token: str,
    sleep: Callable[[float], None],
    now: datetime,
) -> list[Destination]:
    """Follows the switches for sessions, the machine's and the account's: who has to be sent everything anew."""
    from codextime_tracker.grouping import Grouping

    grouping = Grouping(index, str(server), options.user_id)
    if options.groups_by_session:
        grouping.allow(options.session_switches)
    if not grouping.is_on:
        return grouping.take_back()
    if not grouping.must_ask(lambda each: has_news(index, each, options.label, now)):
        return []
    from codextime_tracker.parents import read_missing_parents

    try:
        with connected(options, server, sleep) as client:
            since = client.check_token(token=token).opens.session_grouping_since
    except Stopped as stopped:
        forget_token(options, server, stopped)
        raise
    for home in homes:
        read_missing_parents(index, home)
    return grouping.follow(since)


def find_server(options: Options) -> Server | None:
    """The named server, else the one this user paired with last, else the one that was built in."""
    paired = find_pairing(options.credentials, user_id=options.user_id, server=None)
    address = options.server or (paired.server if paired else find_built_in_server())
    return parse_server(address) if address else None


def find_access(options: Options) -> tuple[Server, str | None]:
    """The server, and the upload token if this machine has one for it. Raises `UsageRefused` if no server is known."""
    server = find_server(options)
    if server is None:
        raise UsageRefused("Which server? Add --server with its address; after pairing this machine remembers it.")
    paired = find_pairing(options.credentials, user_id=options.user_id, server=str(server))
    return server, options.token or (paired.token if paired else "") or None


@contextmanager
def connected(options: Options, server: Server, sleep: Callable[[float], None]) -> "Iterator[Client]":
    from codextime_tracker.client import Client

    if needs_warning(server, allow_http=options.allow_http):
        warn = progress.teller(is_quiet=False)  # above a bar, if there is one
        warn(f"Warning: {server} is not encrypted: who shares this network can read the counts and the upload token.")
    with Client(server, notice=progress.teller(is_quiet=options.is_quiet), sleep=sleep) as client:
        yield client


def pair_this_machine(
    options: Options, server: Server, sleep: Callable[[float], None], *, groups_by_session: bool = False
) -> str:
    """Pairs and remembers the token."""
    from codextime_tracker.pairing import pair

    opens_browser = options.opens_browser and can_open_browser()
    with connected(options, server, sleep) as client, waiting_for_approval(options.index):
        token = pair(
            client,
            user_id=options.user_id,
            say=say,
            opens_browser=opens_browser,
            groups_by_session=groups_by_session,
            sleep=sleep,
        )
    remember_pairing(options.credentials, Pairing(str(server), options.user_id, token))
    say(f"Paired with {options.user_id}. From now on the command is enough without --server.\n")
    return token


def scan_home(index: Index, home: Path, *, is_quiet: bool, counter: type[Counter] = Counter) -> ScanReport:
    with progress.bytes_bar("Reading", is_shown=progress.is_wanted(is_quiet=is_quiet)) as update:
        return scan(index, home, update, counter=counter)


def destinations_of(options: Options, index: Index, homes: list[Path], server: str) -> list[Destination]:
    """One for each home of this run: sources that other runs scanned are none of this run's business."""
    return [Destination(server, options.user_id, index.source_key(home)) for home in homes]


def unsent_destinations(index: Index, options: Options, server: Server | None) -> list[Destination]:
    """Where earlier runs for this user could not send everything: their homes may be gone by now."""
    known = [Destination(*destination.split(" ")) for destination in index.destinations()]
    ours = [each for each in known if (each.server, each.user_id) == (str(server), options.user_id)]
    return [each for each in ours if waiting(index, [each])]


def deliver_all(
    options: Options,
    index: Index,
    destinations: list[Destination],
    server: Server,
    token: str,
    now: datetime,
    sleep: Callable[[float], None],
) -> "Delivered | None":
    """What was sent; `None`, without a connection, if there was nothing to send."""
    due = [each for each in destinations if has_news(index, each, options.label, now)]
    if not due:
        return None
    is_shown = progress.is_wanted(is_quiet=options.is_quiet)
    try:
        with progress.calls_bar("Sending", waiting(index, due), is_shown=is_shown) as update:
            # Only now: to load what can send takes longer than a bar may stand still.
            from codextime_tracker.delivery import Delivered, deliver

            delivered = Delivered()
            with connected(options, server, sleep) as client:
                for each in due:
                    deliver(
                        index,
                        each,
                        client=client,
                        token=token,
                        label=options.label,
                        now=now,
                        delivered=delivered,
                        progress=update,
                    )
    except Stopped as stopped:
        forget_token(options, server, stopped)
        stopped.add_note(what_waits(waiting(index, due)))
        raise
    return delivered


def waiting(index: Index, destinations: list[Destination]) -> int:
    """How many changes the destinations have not acknowledged."""
    return sum(index.count_changes_after(index.cursor(str(each)), each.source_key) for each in destinations)


def forget_token(options: Options, server: Server, stopped: Stopped) -> None:
    """If the server refused it, so that the next run pairs again; the server stays known. One of the environment stays
    there, and no run pairs while it does."""
    if stopped.exit != Exit.TOKEN_REFUSED:
        return
    if options.token is None:
        remember_pairing(options.credentials, Pairing(str(server), options.user_id, token=""))
    else:
        stopped.add_note("It is the token of CODEXTIME_TOKEN: put another one there, or unset it to pair this machine.")


def what_waits(changes: int) -> str:
    return (
        f"Waiting on this machine: {count(changes, 'call')}. Nothing is lost. To send them, run the same command again."
    )


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
