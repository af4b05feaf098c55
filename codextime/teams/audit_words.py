"""The lines of the audit log in words; who did it stands before them, what it was done to behind."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from codextime.teams.models import AuditEntry

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
