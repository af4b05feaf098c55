"""Names that users type for their machines and Codex homes."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST_NAME = 60


def validate_name(name: str) -> None:
    """`ValidationError` with a sentence. Forms leave `maxlength` away, with which browsers cut what is pasted."""
    if len(name) > LONGEST_NAME:
        raise ValidationError(
            _("Use at most %(most)s characters; these are %(count)s.") % {"most": LONGEST_NAME, "count": len(name)}
        )
    if not name.isprintable():
        raise ValidationError(_("Use visible characters only."))
