"""Whose read token is it."""

from codextime.accounts.models import User
from codextime.programs.models import ReadToken


class ReadTokenNotFound(LookupError):
    """There is no such token, or it is somebody else's: nobody learns which."""


def get_own_token(*, user: User, token_id: int) -> ReadToken:
    try:
        return ReadToken.objects.get(user=user, pk=token_id)
    except ReadToken.DoesNotExist:
        raise ReadTokenNotFound from None
