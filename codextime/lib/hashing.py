"""Secrets are stored as hashes only."""

import hashlib

from django.utils.crypto import salted_hmac


def hash_secret(secret: str) -> str:
    """SHA-256 as 64 hex digits: enough for secrets that are too long to guess, such as tokens and links."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hash_guessable(text: str, *, purpose: str) -> str:
    """HMAC-SHA-256 under the server's secret key as 64 hex digits, for what could be guessed, such as names: without
    the key nobody can try. `purpose` keeps equal texts of different tables apart."""
    return salted_hmac(purpose, text, algorithm="sha256").hexdigest()
