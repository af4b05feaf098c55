"""Random ids that people may see and type: no vowels, so no words, and no 0/o or 1/l."""

import secrets

ALPHABET = "bcdfghjkmnpqrstvwxz23456789"


def random_text(length: int) -> str:
    """`length` characters with 4.75 bits of randomness each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
