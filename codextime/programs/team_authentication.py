"""Which team a program reads: `Authorization: Bearer <team token>` (RFC 6750, section 2.1)."""

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from codextime.devices.codes import TOKEN_PREFIX as UPLOAD_TOKEN_PREFIX
from codextime.lib.bearer import read_bearer
from codextime.programs.services import TOKEN_PREFIX as READ_TOKEN_PREFIX
from codextime.teams.locks import TeamBeingDeleted
from codextime.teams.models import TeamToken
from codextime.teams.tokens import TeamTokenRevoked, TeamTokenUnknown, authenticate_team_program

MAKE_ONE = "Make a team token under Tokens on the team's pages, and send it as “Authorization: Bearer cxm_…”."
OF_A_PERSON = f"This token opens what one person used, not what a team did. {MAKE_ONE}"
BEING_DELETED = "This team is going to be deleted. If an owner keeps it, in its settings, the token works again."


class TeamTokenAuthentication(BaseAuthentication):
    """Sets the `TeamToken`, with its team, as `request.auth`; who asks is a program and no user."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, TeamToken]:
        text = read_bearer(request.headers.get("Authorization", ""))
        if not text:
            raise AuthenticationFailed(f"The team token is missing. {MAKE_ONE}", code="token_missing")
        if text.startswith((UPLOAD_TOKEN_PREFIX, READ_TOKEN_PREFIX)):
            raise AuthenticationFailed(OF_A_PERSON, code="token_of_a_person")
        try:
            token = authenticate_team_program(token=text, now=timezone.now())
        except TeamTokenUnknown:
            raise AuthenticationFailed(f"No team has this token. {MAKE_ONE}", code="token_unknown") from None
        except TeamTokenRevoked:
            raise AuthenticationFailed(f"This team token was revoked. {MAKE_ONE}", code="token_revoked") from None
        except TeamBeingDeleted:
            raise AuthenticationFailed(BEING_DELETED, code="team_being_deleted") from None
        return AnonymousUser(), token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="team"'
