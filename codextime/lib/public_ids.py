"""Random ids that people may see and type: no vowels, so no words, and no 0/o or 1/l.

The last character of a checked text is made of the others: one wrong character, or two neighbours in each other's
place, are noticed without asking anybody whether the id exists.
"""

import secrets

ALPHABET = "bcdfghjkmnpqrstvwxz23456789"


def random_text(length: int) -> str:
    """`length` characters with 4.75 bits of randomness each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def random_checked_text(length: int) -> str:
    """As `random_text`, with the last character made of the others."""
    text = random_text(length - 1)
    return text + next(letter for letter in ALPHABET if is_checked(text + letter))


def is_checked(text: str) -> bool:
    """Whether the characters' places in the alphabet add up to a multiple of its length, every second one twice: 1, 2
    and their difference have no factor in common with 27, so neither kind of mistake leaves the sum as it is."""
    places = [ALPHABET.find(letter) for letter in reversed(text)]
    return -1 not in places and sum(place * (1 + i % 2) for i, place in enumerate(places)) % len(ALPHABET) == 0
