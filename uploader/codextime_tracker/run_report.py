"""What a run says to scripts: one JSON object on standard output."""

import json

from codextime_tracker.corrections import corrections_by_day
from codextime_tracker.reports import dashboard
from codextime_tracker.skipping import skipped_as_json
from codextime_tracker.stored import Totals
from codextime_tracker.sync import Outcome


def as_json(outcome: Outcome) -> str:
    """All counts are calls but `tokens`, which are input + output. `on` is a date of this machine."""
    scans, figures = outcome.scans, outcome.figures
    shown = {
        "server": str(outcome.server),
        "dashboard": dashboard(outcome),
        "today": usage(figures.today),
        "this_week": usage(figures.this_week),
        "all_time": usage(figures.all_time),
        **delivered(outcome),
        "corrections": [
            {"on": on.isoformat(), "reason": why, "tokens": tokens} for on, why, tokens in corrections_by_day(scans)
        ],
        **skipped_as_json(scans, outcome.missing_homes),
        "notices": outcome.notices,
    }
    return json.dumps(shown, indent=2)


def usage(totals: Totals) -> dict[str, int]:
    return {"calls": totals.calls, "tokens": totals.tokens, "estimated_calls": totals.estimated_calls}


def delivered(outcome: Outcome) -> dict[str, int | dict[str, int]]:
    """What was sent, and what became of it; noughts if there was nothing to send."""
    told = outcome.delivered
    return {
        "sent": told.sent if told else 0,
        "added": told.added if told else 0,
        "replaced": told.replaced if told else 0,
        "withdrawn": told.withdrawn if told else 0,
        "already_there": told.already_there - told.replacements_waiting if told else 0,
        "waiting_for_you": told.waiting + told.replacements_waiting if told else 0,
        "refused": dict(told.refused) if told else {},
    }
