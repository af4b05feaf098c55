"""The secrets of pairing: how they are drawn and written."""

import secrets
import string

from django.utils.crypto import salted_hmac

# RFC 8628, section 6.1: consonants only, so that no code is a word and no two letters look alike.
USER_CODE_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
USER_CODE_LENGTH = 8

TOKEN_PREFIX = "cxt_"  # noqa: S105 - the public beginning of every token
TOKEN_LENGTH = 40
TOKEN_ALPHABET = string.ascii_letters + string.digits


def new_device_code() -> str:
    """What the tracker polls with: 256 random bits."""
    return secrets.token_urlsafe(32)


def new_user_code() -> str:
    """What a person types: 34 bits, enough for ten minutes behind a limit on guesses (RFC 8628, section 5.1)."""
    return "".join(secrets.choice(USER_CODE_ALPHABET) for _ in range(USER_CODE_LENGTH))


def show_user_code(code: str) -> str:
    """`WDJBMJHT` as `WDJB-MJHT`."""
    middle = USER_CODE_LENGTH // 2
    return f"{code[:middle]}-{code[middle:]}"


def read_user_code(typed: str) -> str:
    """What was typed as a bare code: without case, hyphens, spaces and whatever else is no letter of a code."""
    return "".join(letter for letter in typed.upper() if letter in USER_CODE_ALPHABET)


def new_upload_token() -> str:
    """`cxt_` (for scanners of leaked secrets) and 238 random bits."""
    return TOKEN_PREFIX + "".join(secrets.choice(TOKEN_ALPHABET) for _ in range(TOKEN_LENGTH))


def hash_user_code(code: str) -> str:
    """A keyed hash: a user code is short enough to be found from a plain one by trying them all."""
    return salted_hmac("codextime.devices.user_code", read_user_code(code), algorithm="sha256").hexdigest()
