"""Who reads: `Authorization: Bearer <read token>` (RFC 6750, section 2.1)."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from codextime.accounts.models import User
from codextime.devices.codes import TOKEN_PREFIX as UPLOAD_TOKEN_PREFIX
from codextime.programs.models import ReadToken
from codextime.programs.services import ReadTokenRevoked, ReadTokenUnknown, authenticate_program


class ReadTokenAuthentication(BaseAuthentication):
    """Sets `request.user`, and the `ReadToken` as `request.auth`."""

    def authenticate(self, request: Request) -> tuple[User, ReadToken]:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        text = text.strip()
        if scheme.lower() != "bearer" or not text:
            raise AuthenticationFailed("The read token is missing.", code="token_missing")
        if text.startswith(UPLOAD_TOKEN_PREFIX):
            raise AuthenticationFailed(
                "This is the upload token of a machine: it cannot read.", code="token_for_uploads"
            )
        try:
            token = authenticate_program(token=text, now=timezone.now())
        except ReadTokenUnknown:
            raise AuthenticationFailed("Nobody has this read token.", code="token_unknown") from None
        except ReadTokenRevoked:
            raise AuthenticationFailed("This read token was revoked.", code="token_revoked") from None
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="usage"'
