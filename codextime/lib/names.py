"""Names that users type for their machines and Codex homes."""

from django.core.exceptions import ValidationError

LONGEST_NAME = 60


def validate_name(name: str) -> None:
    """`ValidationError` with a sentence. Forms leave `maxlength` away, with which browsers cut what is pasted."""
    if len(name) > LONGEST_NAME:
        raise ValidationError(f"Use at most {LONGEST_NAME} characters; these are {len(name)}.")
    if not name.isprintable():
        raise ValidationError("Use visible characters only.")
