"""What a run says when it is done."""

import sys
from typing import TextIO

from codextime_tracker.addresses import own_page
from codextime_tracker.corrections import corrections_by_day
from codextime_tracker.scan_report import ScanReport
from codextime_tracker.skipping import MOST_LINES, skipped
from codextime_tracker.stored import Totals
from codextime_tracker.sync import Outcome
from codextime_tracker.terminal import count, print_lines

FIRST_TIME = [
    ("Never read", "anything of Codex but its session logs: no typed history, settings, sign-in or databases."),
    ("Never sent", "prompts, answers, code, commands, names of files, paths; only counts, times and model names."),
]


def print_outcome(outcome: Outcome, stream: TextIO | None = None) -> None:
    """The summary of a run, on standard output."""
    print_lines(lines_of(outcome), stream or sys.stdout)


def lines_of(outcome: Outcome) -> list[tuple[str, str]]:
    return [
        *[("Note", notice) for notice in outcome.notices],
        ("Today", usage(outcome.figures.today)),
        ("This week", usage(outcome.figures.this_week)),
        ("All time", found(outcome)),
        *corrected(outcome.scans),
        *compared(outcome),
        *estimates(outcome),
        *skipped(outcome.scans, outcome.missing_homes),
        ("Sent", sent(outcome)),
        *refused(outcome),
        *waiting(outcome),
        ("Dashboard", dashboard(outcome)),
        *(FIRST_TIME if outcome.is_first else []),
    ]


def found(outcome: Outcome) -> str:
    files = sum(scan.files for scan in outcome.scans)
    return f"{usage(outcome.figures.all_time)} in {count(files, 'file')}"


def usage(totals: Totals) -> str:
    return f"{count(totals.calls, 'call')}, {count(totals.tokens, 'token')}"


def sent(outcome: Outcome) -> str:
    delivered = outcome.delivered
    if delivered is None:
        return "nothing: there is nothing new"
    parts = {
        "new": delivered.added,
        "better counted": delivered.replaced,
        "taken back": delivered.withdrawn,
        "waiting for you": delivered.waiting + delivered.replacements_waiting,
        "already there": delivered.already_there - delivered.replacements_waiting,
    }
    said = [f"{number:,} {what}" for what, number in parts.items() if number]
    if not delivered.sent:
        return "the label only: no call is new"
    return f"{count(delivered.sent, 'call')}: " + ", ".join(said or ["none was stored"])


def refused(outcome: Outcome) -> list[tuple[str, str]]:
    reasons = outcome.delivered.refused.most_common() if outcome.delivered else []
    lines = [
        ("Refused", f"{count(number, 'call')}: {reason.replace('_', ' ')}. Kept here.")
        for reason, number in reasons[:MOST_LINES]
    ]
    if len(reasons) > MOST_LINES:
        rest = sum(number for _, number in reasons[MOST_LINES:])
        lines.append(("Refused", f"{count(rest, 'call')} for other reasons. Kept here."))
    return lines


def waiting(outcome: Outcome) -> list[tuple[str, str]]:
    """What to do about calls that are only taken back, or replaced by fewer tokens, once their owner agrees."""
    delivered = outcome.delivered
    if delivered is None:
        return []
    page = own_page(outcome.server, delivered.withdrawals_url, "withdrawals")
    asked = ((delivered.waiting, "taken back"), (delivered.replacements_waiting, "replaced by less"))
    return [
        (
            "Your word",
            f"{count(number, 'call')} {'is' if number == 1 else 'are'} {fate} once you agree, in the browser: {page}",
        )
        for number, fate in asked
        if number
    ]


def compared(outcome: Outcome) -> list[tuple[str, str]]:
    """What a comparison with the server found; what it changed is under what was sent."""
    found = outcome.comparison
    if found is None:
        return []
    parts = {
        "were missing there or worse, and are sent again": found.offered,
        "there are proven wrong, and are taken back": found.taken_back,
        "there are not in this index, and stay: other machines, or logs or lines that are gone": found.unknown,
        "were refused before": found.refused,
    }
    lines = [("Compared", f"with {count(found.on_server, 'call')} on the server")]
    lines += [("", f"{number:,} {what}") for what, number in parts.items() if number]
    return lines if len(lines) > 1 else [("Compared", f"{lines[0][1]}: all agree")]


def corrected(scans: list[ScanReport]) -> list[tuple[str, str]]:
    days = corrections_by_day(scans)
    lines = [("Corrected", f"{on:%Y-%m-%d}: {tokens:+,} tokens, as {why}") for on, why, tokens in days[:MOST_LINES]]
    if len(days) > MOST_LINES:
        rest = sum(tokens for *_, tokens in days[MOST_LINES:])
        lines.append(("Corrected", f"on earlier days: {rest:+,} tokens"))
    return lines


def estimates(outcome: Outcome) -> list[tuple[str, str]]:
    number = outcome.figures.all_time.estimated_calls
    if not number:
        return []
    return [("Estimates", f"{count(number, 'call')}: their log is incomplete, or a copy whose origin is gone")]


def dashboard(outcome: Outcome) -> str:
    told = outcome.delivered.dashboard_url if outcome.delivered else ""
    return own_page(outcome.server, told, "dashboard")
