"""Secrets are stored as hashes only."""

import hashlib


def hash_secret(secret: str) -> str:
    """SHA-256 as 64 hex digits: enough for secrets that are too long to guess, such as tokens and links."""
    return hashlib.sha256(secret.encode()).hexdigest()
