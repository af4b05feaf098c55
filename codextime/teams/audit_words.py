"""The lines of the audit log in words; who did it stands before them, what it was done to behind."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from codextime.teams.models import AuditEntry, Role

Action = AuditEntry.Action
WORDS: dict[str, Promise | str] = {
    Action.CREATED: _("made the team"),
    Action.INVITED: _("invited"),
    Action.RESENT: _("sent an invitation again"),
    Action.REVOKED_INVITATION: _("revoked an invitation"),
    Action.JOINED: _("joined"),
    Action.LEFT: _("left"),
    Action.REMOVED: _("removed"),
    Action.CHANGED_ROLE: _("changed a role"),
    Action.SHARED: _("shared a seat"),
    Action.UNSHARED: _("ended a seat"),
    Action.CHANGED_SEAT: _("changed a seat"),
    Action.ADDED_MACHINE: _("added a machine"),
    Action.RENEWED_MACHINE: _("gave a machine a new token"),
    Action.ENDED_MACHINE: _("ended a machine"),
    Action.EXPORTED: _("exported"),
    Action.MADE_TOKEN: _("made a token"),
    Action.REVOKED_TOKEN: _("revoked a token"),
    Action.CHANGED_SETTINGS: _("changed the settings"),
    Action.ASKED_TO_DELETE: _("asked for the team to be deleted"),
    Action.KEPT: _("kept the team"),
}
DETAILS: dict[str, Promise | str] = {
    **{role.value: role.label for role in Role},
    "by_email": _("by email"),
    "by_link": _("by link"),
    "name": _("name"),
    "address": _("address"),
    "time_zone": _("time zone"),
    "is_board_on": _("board"),
    "monthly_token_budget": _("token budget"),
    "on": _("on"),
    "off": _("off"),
    "none": _("none"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with what was done, and to what."""

    entry: AuditEntry
    action: str
    subject: str


def describe(entry: AuditEntry) -> Line:
    """A line from before details were kept apart has all of it in its subject."""
    detail = [str(DETAILS[word]) for word in entry.detail.split()]
    parts = [*detail, entry.subject] if entry.action == Action.CHANGED_SETTINGS else [entry.subject, *detail]
    between = ", " if entry.action in (Action.INVITED, Action.RESENT, Action.REVOKED_INVITATION) else ": "
    return Line(entry, str(WORDS[entry.action]), between.join(part for part in parts if part))
