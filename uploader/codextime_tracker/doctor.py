"""Looks at everything that a run needs, changes nothing, and says of each what to do."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from codextime_tracker.arguments import token as token_of
from codextime_tracker.checks import FINE, NOTE, PROBLEM, Finding
from codextime_tracker.checks.index import check_index
from codextime_tracker.checks.logs import check_homes
from codextime_tracker.checks.machine import check_own_files, check_versions
from codextime_tracker.checks.server import check_servers, targets_of
from codextime_tracker.credentials import CredentialsDamaged, read_pairings
from codextime_tracker.exits import Exit, UsageRefused
from codextime_tracker.terminal import count


def examine(
    *,
    homes: list[Path],
    index: Path,
    credentials: Path,
    server: str | None,
    token: str,
    allow_http: bool,
    now: datetime,
) -> Iterator[Finding]:
    """In the order in which things are mended. `token` is what the environment says; empty if nothing."""
    yield from check_versions()
    yield from check_own_files(index, credentials)
    try:
        pairings = read_pairings(credentials)
    except CredentialsDamaged as damaged:
        yield Finding(PROBLEM, "token", str(damaged), exit=damaged.exit)
        pairings = []
    try:
        own = token_of(token)
    except UsageRefused as refused:
        yield Finding(PROBLEM, "token", str(refused), "Put a whole one there, or unset it.", exit=refused.exit)
        own = None
    yield from check_servers(targets_of(pairings, server, own), now, allow_http=allow_http)
    yield from check_index(index)
    yield from check_homes(homes)


def exit_of(findings: Iterable[Finding]) -> int:
    """That of the first problem."""
    return next((each.exit for each in findings if each.state == PROBLEM), Exit.DONE)


def summary(findings: list[Finding]) -> str:
    problems, notes = (sum(each.state == state for each in findings) for state in (PROBLEM, NOTE))
    if not problems:
        return f"Nothing is wrong. {count(notes, 'note')}." if notes else "Nothing is wrong."
    return f"{count(problems, 'problem')}, {count(notes, 'note')}."


def lines_of(finding: Finding) -> list[tuple[str, str]]:
    lines = [(finding.state, f"{finding.about}: {finding.text}")]
    if finding.advice and finding.state != FINE:
        lines.append(("", f"  {finding.advice}"))
    return lines
