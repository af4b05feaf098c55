"""Where django-allauth asks this project about authenticator apps, passkeys and recovery codes."""

import base64
import secrets
from typing import Any

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from qrcode.image.svg import SvgPathImage

from codextime.lib.sealing import SealBroken, seal, unseal

PURPOSE = "second step"


class SecondStepAdapter(DefaultMFAAdapter):
    error_messages: dict[str, Any] = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": gettext_lazy(
            "A second step protects this account. Switch it off before you change the address, and on again after."
        ),
        "incorrect_code": gettext_lazy(
            "This did not match. A code of the app works once and for half a minute: wait for the next one, and check "
            "the clock of the phone. A recovery code works once."
        ),
        "unverified_email": gettext_lazy(
            "Confirm your email address first: open the link in the message that we sent there."
        ),
    }

    def encrypt(self, text: str) -> str:
        return seal(text, purpose=PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        """What cannot be read any more, as the server's secret key is another one, becomes what no code matches."""
        try:
            return unseal(encrypted_text, purpose=PURPOSE)
        except SealBroken:
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def build_totp_svg(self, url: str) -> str:
        """An element to stand in a page: the policy of ours lets no picture come from a `data:` address."""
        image = qrcode.make(url, image_factory=SvgPathImage, border=2)
        svg: str = image.to_string(encoding="unicode")
        return svg

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002 (allauth's name)
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1}
