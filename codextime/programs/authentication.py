"""Who reads: `Authorization: Bearer <read token>` (RFC 6750, section 2.1)."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from codextime.accounts.models import User
from codextime.accounts.services import AccountBeingErased
from codextime.devices.codes import TOKEN_PREFIX as UPLOAD_TOKEN_PREFIX
from codextime.lib.bearer import read_bearer
from codextime.programs.models import ReadToken
from codextime.programs.services import ReadTokenRevoked, ReadTokenUnknown, authenticate_program

MAKE_ONE = "Make a read token under Settings, Read tokens, and send it as “Authorization: Bearer cxr_…”."
FOR_UPLOADS = f"This is the upload token of a machine: it cannot read. {MAKE_ONE}"
BEING_ERASED = "This account is going to be erased. If its owner keeps it, under Settings, the token works again."


class ReadTokenAuthentication(BaseAuthentication):
    """Sets `request.user`, and the `ReadToken` as `request.auth`."""

    def authenticate(self, request: Request) -> tuple[User, ReadToken]:
        text = read_bearer(request.headers.get("Authorization", ""))
        if not text:
            raise AuthenticationFailed(f"The read token is missing. {MAKE_ONE}", code="token_missing")
        if text.startswith(UPLOAD_TOKEN_PREFIX):
            raise AuthenticationFailed(FOR_UPLOADS, code="token_for_uploads")
        try:
            token = authenticate_program(token=text, now=timezone.now())
        except ReadTokenUnknown:
            raise AuthenticationFailed(f"Nobody has this read token. {MAKE_ONE}", code="token_unknown") from None
        except ReadTokenRevoked:
            raise AuthenticationFailed(f"This read token was revoked. {MAKE_ONE}", code="token_revoked") from None
        except AccountBeingErased:
            raise AuthenticationFailed(BEING_ERASED, code="account_being_erased") from None
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="usage"'
