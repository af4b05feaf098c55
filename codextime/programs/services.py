"""Read tokens: making one, what it opens, taking it back."""

import secrets
import string
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from codextime.accounts.models import AccountErasure, User
from codextime.accounts.services import AccountBeingErased, hold_staying_user
from codextime.lib.hashing import hash_secret
from codextime.programs.models import ReadToken

TOKEN_PREFIX = "cxr_"  # noqa: S105 - the public beginning of every token
TOKEN_LENGTH = 40
TOKEN_ALPHABET = string.ascii_letters + string.digits
MOST_TOKENS = 50  # that are not revoked: one a program is meant
LAST_USED_STEP = timedelta(minutes=1)  # `last_used_at` is for people; a write for each request would serve nobody


class TooManyReadTokens(Exception):
    """The user has `MOST_TOKENS` already."""


class ReadTokenUnknown(LookupError):
    """Nobody has this token."""


class ReadTokenRevoked(Exception):
    """Its owner revoked the token."""


@transaction.atomic
def make_read_token(*, user: User, name: str, now: datetime) -> tuple[ReadToken, str]:
    """A new token and its text, which nothing can show again. Raises `TooManyReadTokens` and `AccountBeingErased`."""
    hold_staying_user(user_id=user.pk)
    if ReadToken.objects.filter(user=user, revoked_at=None).count() >= MOST_TOKENS:
        raise TooManyReadTokens
    text = TOKEN_PREFIX + "".join(secrets.choice(TOKEN_ALPHABET) for _ in range(TOKEN_LENGTH))
    token = ReadToken.objects.create(
        user=user, name=name, token_hash=hash_secret(text), token_hint=text[-4:], created_at=now
    )
    return token, text


def authenticate_program(*, token: str, now: datetime) -> ReadToken:
    """The read token with this text, with its user. Raises `ReadTokenUnknown`, `ReadTokenRevoked`, and
    `AccountBeingErased`: a program does not go on with what its owner wants to see gone, and with the account a token
    comes back."""
    erasures = AccountErasure.objects.filter(user=OuterRef("user"))
    tokens = ReadToken.objects.select_related("user").annotate(is_being_erased=Exists(erasures))
    found = tokens.filter(token_hash=hash_secret(token)).first()
    if found is None or not found.user.is_active:
        raise ReadTokenUnknown
    if found.revoked_at:
        raise ReadTokenRevoked
    if found.is_being_erased:
        raise AccountBeingErased
    if found.last_used_at is None or found.last_used_at <= now - LAST_USED_STEP:
        found.last_used_at = now
        ReadToken.objects.filter(pk=found.pk).update(last_used_at=now)  # no `save`: the account may go in this moment
    return found


def revoke_read_token(*, token: ReadToken, now: datetime) -> None:
    """Takes the token's rights away for good. Again changes nothing."""
    ReadToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)
