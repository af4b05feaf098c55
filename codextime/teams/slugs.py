"""Addresses of teams."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from codextime.teams.models import LONGEST_SLUG

SHORTEST_SLUG = 3
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
# Pages of ours below /teams/, or below a team, and what could be taken for the server's own.
RESERVED = frozenset(
    [
        *("about", "account", "accounts", "admin", "api", "codextime", "help", "join", "left", "new", "openai"),
        *("settings", "support", "team", "teams", "www"),
    ]
)


def validate_slug(slug: str) -> None:
    """`ValidationError` with a sentence, unless a team may have this address."""
    if not SHORTEST_SLUG <= len(slug) <= LONGEST_SLUG:
        raise ValidationError(
            _("Use %(least)d to %(most)d characters; these are %(number)d.")
            % {"least": SHORTEST_SLUG, "most": LONGEST_SLUG, "number": len(slug)}
        )
    if not SLUG.match(slug):
        raise ValidationError(_("Use the letters a to z and digits, and single hyphens between them."))
    if slug in RESERVED:
        raise ValidationError(_("This address is reserved. Choose another one."))
