"""Handles, and when two of them look alike."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SHORTEST_HANDLE, LONGEST_HANDLE = 3, 30
HANDLE = re.compile(r"[a-z0-9_-]+\Z")

# What the eye takes for the same, in the order in which it is replaced: characters first, then pairs.
LOOK_ALIKE = str.maketrans("01i2345789", "ollzeastbg", "_-")
PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))

# Nobody is to be taken for the server, its people, OpenAI, a page of ours, or for nobody.
RESERVED = """
    about account accounts admin administrator all anonymous anyone api app billing board boards bot chatgpt
    codex contact dashboard deleted devices everybody everyone gpt guest help hidden home info leaderboard
    legal login logout mail me mod moderation moderator moderators nobody none null official operator owner
    postmaster privacy private profile rank ranking root security server settings signin signup staff status
    support system team teams terms test undefined unknown user users webmaster www you
"""
RESERVED_WITHIN = ("codextime", "openai")
# Nor does a word of a handle claim an office, as in `the-admin2`, or the name of Codex one, as in `codexteam`.
OFFICES = ("admin", "admins", "administrator", "mod", "moderator", "moderators", "official", "staff", "support")
OF_CODEX = [name for office in (*OFFICES, "team") for name in (f"codex{office}", f"{office}codex")]
WORD = re.compile(r"[a-z0-9]*[a-z]")  # without digits at its end
USER_ID_START = "u_"


def make_skeleton(handle: str) -> str:
    """What is left of a handle once what looks alike is the same: `Rn0-1l` and `mo_ll` give `moll`."""
    skeleton = handle.lower().translate(LOOK_ALIKE)
    for pair, letter in PAIRS:
        skeleton = skeleton.replace(pair, letter)
    return skeleton


RESERVED_SKELETONS = frozenset(map(make_skeleton, RESERVED.split()))
OFFICE_SKELETONS = frozenset(map(make_skeleton, OFFICES))
RESERVED_SKELETONS_WITHIN = tuple(map(make_skeleton, (*RESERVED_WITHIN, *OF_CODEX)))


def validate_handle(handle: str) -> None:
    """`ValidationError` with a sentence, unless somebody may have this handle."""
    if not SHORTEST_HANDLE <= len(handle) <= LONGEST_HANDLE:
        raise ValidationError(
            (
                _("Use %(least)s to %(most)s characters; these are %(count)s.")
                if handle
                else _("Use %(least)s to %(most)s characters; there are none.")
            )
            % {"least": SHORTEST_HANDLE, "most": LONGEST_HANDLE, "count": len(handle)}
        )
    if not HANDLE.match(handle):
        raise ValidationError(_("Use the letters a to z, digits, - and _ only."))
    skeleton = make_skeleton(handle)
    if not skeleton:
        raise ValidationError(_("Use at least one letter or digit."))
    if is_reserved(handle, skeleton):
        raise ValidationError(_("This handle is reserved, or looks like one that is. Choose another one."))


def is_reserved(handle: str, skeleton: str) -> bool:
    return (
        handle.startswith(USER_ID_START)
        or skeleton in RESERVED_SKELETONS
        or any(word in skeleton for word in RESERVED_SKELETONS_WITHIN)
        or any(make_skeleton(word) in OFFICE_SKELETONS for word in WORD.findall(handle))
    )
