"""What browsers say of passkeys, before a library takes it for what it should be."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from django import forms

LONGEST = 100_000  # letters of JSON; that of a passkey with all its certificates has some thousand
BYTES = ("clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle")  # as base64


class CredentialField(forms.JSONField):
    """JSON of a `PublicKeyCredential` (Web Authentication, section 5.1): an object whose bytes are texts. Of a number
    in their place, `bytes` would make as many zeros, of memory that nobody has."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            found = super().to_python(value if len(value or "") <= LONGEST else "?")
        except (ValueError, RecursionError) as error:
            raise odd_credential() from error
        if found is not None and not is_credential(found):
            raise odd_credential()
        return found

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What a passkey said holds once: a form that comes back has none."""
        return None


def odd_credential() -> forms.ValidationError:
    """As for a passkey that is not the right one."""
    error: forms.ValidationError = get_adapter().validation_error("incorrect_code")
    return error


def is_credential(found: Any) -> bool:
    if not isinstance(found, dict) or not isinstance(found.get("response"), dict):
        return False
    given = [found.get("rawId"), found.get("id"), *(found["response"].get(name) for name in BYTES)]
    return all(text is None or isinstance(text, str) for text in given)
