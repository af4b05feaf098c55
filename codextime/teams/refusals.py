"""Why something could not be done, as a sentence that says what to do instead."""

from types import TracebackType

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from codextime.accounts.services import AccountBeingErased
from codextime.teams import inviting, locks, machines, members, seats, services, tokens

SENTENCES: dict[type[Exception], Promise | str] = {
    AccountBeingErased: _("This account is going to be erased. It has to be kept first, under its settings."),
    locks.TeamBeingDeleted: _("The team is going to be deleted: nothing is added to it, unless an owner keeps it."),
    inviting.TooManyInvitations: _("Too many invitations are open: revoke some that nobody needs."),
    inviting.InvitationClosed: _("This invitation was accepted or revoked already."),
    inviting.AlreadyMember: _("You are in this team already."),
    machines.TooManyMachines: _("The team has as many machines as it can have: erase one that is out of use."),
    machines.MachineEnded: _("This seat has ended. Add a machine for a new one."),
    members.LastOwner: _(
        "Without you nobody would own the team. Make somebody else an owner first, or delete the team."
    ),
    members.MemberGone: _("They are not in the team any more."),
    members.NameTaken: _("Somebody in the team is called so. Choose another name."),
    seats.SourceNotFound: _("One of these is not there any more. Choose again."),
    seats.AlreadyShared: _("One of these is shared with this team already."),
    seats.StartOutOfRange: _("Choose a date from 2020 on, at most a year ahead."),
    seats.TooManySeats: _("You share as many seats with this team as anybody can: take one back first."),
    seats.SeatGone: _("This seat has ended already."),
    services.SlugTaken: _("Another team has this address. Choose another one."),
    services.TooManyTeams: _("You own as many teams as anybody can: delete or hand over one first."),
    tokens.TooManyTeamTokens: _("The team has many tokens: revoke one that is not used any more."),
}


def sentence_of(error: Exception) -> str:
    """Raises what has none, such as `TeamGone`."""
    if isinstance(error, seats.SharedUntil):
        return _("The team still sees one of these up to %(on)s: choose a later date.") % {"on": error.on.isoformat()}
    sentence = SENTENCES.get(type(error))
    if sentence is None:
        raise error
    return str(sentence)


class Telling:
    """Runs a step of a view and tells what became of it on the next page: `success`, or why it was refused."""

    def __init__(self, request: HttpRequest, success: str) -> None:
        self.request, self.success, self.is_done = request, success, False

    def __enter__(self) -> "Telling":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> bool:
        if error is None:
            self.is_done = True
            messages.success(self.request, self.success)
            return False
        if not isinstance(error, Exception) or type(error) not in SENTENCES:
            return False
        messages.error(self.request, sentence_of(error))
        return True
