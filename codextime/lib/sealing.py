"""Texts that the database holds but cannot read: encrypted with a key made of the server's secret key."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from django.utils.crypto import salted_hmac


class SealBroken(Exception):
    """The text was changed, or sealed with another secret key or for another purpose."""


def seal(text: str, *, purpose: str) -> str:
    """`text` as an ASCII token (Fernet: AES-128-CBC with HMAC-SHA256), a different one each time."""
    return cipher(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """What `seal` was given. Raises `SealBroken`."""
    try:
        return cipher(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken from error


def cipher(purpose: str) -> Fernet:
    key = salted_hmac(f"codextime.lib.sealing:{purpose}", "", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
