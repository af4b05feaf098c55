"""How `status` says it: as lines, and as JSON."""

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path

from codextime_tracker.discovery import ADVICE
from codextime_tracker.durations import ago, in_words, name_window
from codextime_tracker.exits import Exit, sentence_of
from codextime_tracker.limits import Limit
from codextime_tracker.periods import instant_of, name_zone
from codextime_tracker.runs import Run
from codextime_tracker.skipping import skipped, skipped_as_json
from codextime_tracker.status import Status, Waiting
from codextime_tracker.stored import Totals
from codextime_tracker.terminal import count, plain, print_lines


def print_status(status: Status, notices: list[str], missing_homes: list[tuple[Path, str]]) -> None:
    print_lines(
        [
            *[("Note", notice) for notice in notices],
            *[("No logs", f"{plain(str(home), longest=4096)}: {problem}. {ADVICE}") for home, problem in missing_homes],
            *([("As of", "what the run that is at work now has found until now")] if status.scans is None else []),
            ("Today", usage(status.figures.today)),
            ("This week", usage(status.figures.this_week)),
            ("All time", usage(status.figures.all_time)),
            *skipped(status.scans or [], []),
            ("Days", f"those of this machine ({name_zone(status.now)}); weeks begin on Monday"),
            *waiting_lines(status.waiting),
            ("Last run", last_run(status.last_run, status.now)),
            ("Next run", status.schedule or "not scheduled; to have one: codextime-tracker schedule install"),
            *[("Limit", limit_in_words(limit, status.now)) for limit in status.limits],
        ],
        sys.stdout,
    )


def usage(totals: Totals) -> str:
    estimates = f", {count(totals.estimated_calls, 'estimate')} among them" if totals.estimated_calls else ""
    return f"{count(totals.calls, 'call')}, {count(totals.tokens, 'token')}{estimates}"


def waiting_lines(waiting: list[Waiting]) -> list[tuple[str, str]]:
    if not waiting:
        return [("Waiting", "nothing was ever sent from here. Begin with: codextime-tracker <userId>")]
    lines = []
    for each in waiting:
        whom = f"for {each.user_id} on {each.server}, from {plain(each.codex_home, longest=4096)}"
        lines.append(("Waiting", f"{count(each.calls, 'call') if each.calls else 'nothing'} {whom}"))
        if each.refused:
            lines.append(("Refused", f"{count(each.refused, 'call')} {whom}. Kept here."))
    return lines


def last_run(run: Run | None, now: datetime) -> str:
    if run is None:
        return "none yet"
    begun = f"{ago(now - datetime.fromisoformat(run.at))}, for {run.user_id}"
    if run.exit == Exit.DONE:
        return f"{begun}: sent {count(run.sent, 'call') if run.sent else 'nothing, as nothing was new'}"
    return f"{begun}: it ended with code {run.exit:d}. {sentence_of(run.exit)}"


def limit_in_words(limit: Limit, now: datetime) -> str:
    name = f"{plain(limit.name, longest=60)}, " if limit.name else ""
    used = f"{name}{name_window(limit.window_minutes)}: {limit.used_percent:g} % used"
    seen = f"seen {ago(now - limit.seen_at)}"
    if limit.resets_at is None:
        return f"{used} ({seen})"
    if limit.resets_at <= now:
        return f"{used} when {seen}; reset since"
    return f"{used}, resets in {in_words(max(limit.resets_at - now, timedelta(minutes=1)))} ({seen})"


def as_json(status: Status, missing_homes: list[tuple[Path, str]]) -> str:
    figures = {
        "today": status.figures.today,
        "this_week": status.figures.this_week,
        "all_time": status.figures.all_time,
    }
    run = status.last_run
    shown = {
        "at": instant_of(status.now),
        "is_fresh": status.scans is not None,
        "time_zone": name_zone(status.now),
        "missing_homes": [plain(str(home), longest=4096) for home, _ in missing_homes],
        **skipped_as_json(status.scans or [], missing_homes),
        **{
            name: {"calls": each.calls, "tokens": each.tokens, "estimated_calls": each.estimated_calls}
            for name, each in figures.items()
        },
        "waiting": [
            {
                "server": each.server,
                "user": each.user_id,
                "codex_home": plain(each.codex_home, longest=4096),
                "calls": each.calls,
                "refused": each.refused,
            }
            for each in status.waiting
        ],
        "last_run": run
        and {"at": run.at, "user": run.user_id, "server": run.server, "exit": int(run.exit), "sent": run.sent},
        "schedule": status.schedule,
        "limits": [
            {
                "name": each.name,
                "window_minutes": each.window_minutes,
                "used_percent": each.used_percent,
                "resets_at": each.resets_at and instant_of(each.resets_at),
                "seen_at": instant_of(each.seen_at),
            }
            for each in status.limits
        ],
    }
    return json.dumps(shown, indent=2)
