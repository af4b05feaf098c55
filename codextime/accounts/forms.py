"""Forms of django-allauth with what this project adds: to sign-up the browser's time zone and the invitation that the
visitor came with, to passkeys names as others have."""

from typing import Any, cast

from allauth.account.forms import SignupForm
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from codextime.accounts import services
from codextime.accounts.access import INVITATION_IN_SESSION, find_invitation_in
from codextime.accounts.credentials import CredentialField
from codextime.accounts.models import User
from codextime.lib.names import validate_name


class SignUpForm(SignupForm):
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-time-zone": ""}))
    field_order = ["time_zone", "email", "password1", "password2"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        invitation = find_invitation_in(context.request.session, now=timezone.now())
        if invitation:  # is for one address: a disabled field ignores what is posted
            self.initial["email"] = invitation.email
            self.fields["email"].disabled = True

    @transaction.atomic
    def save(self, request: HttpRequest) -> User:
        user = cast(User, super().save(request))
        services.finish_sign_up(
            user=user,
            time_zone=self.cleaned_data["time_zone"],
            invitation_token=request.session.pop(INVITATION_IN_SESSION, ""),
            now=timezone.now(),
        )
        return user


class OfKinds:
    """A form that can say what its user has for a second step."""

    user: User

    @cached_property
    def kinds(self) -> set[str]:
        """Some of totp, webauthn and recovery_codes."""
        return set(Authenticator.objects.filter(user=self.user).values_list("type", flat=True))


class SecondStepForm(OfKinds, AuthenticateForm):
    pass


class CodeAgainForm(OfKinds, ReauthenticateForm):
    pass


class AppForm(ActivateTOTPForm):
    def clean_code(self) -> str:
        """Whoever has the code has shown who they are: the recovery codes, which come next, ask no more."""
        code: str = super().clean_code()
        record_authentication(context.request, self.user, "mfa", type="totp", reauthenticated=True)
        return code


class SignInByPasskeyForm(LoginWebAuthnForm):
    credential = CredentialField()


class PasskeyAsSecondStepForm(AuthenticateWebAuthnForm):
    credential = CredentialField()


class PasskeyAgainForm(ReauthenticateWebAuthnForm):
    credential = CredentialField()


class PasskeyForm(AddWebAuthnForm):
    credential = CredentialField()
    name = forms.CharField(label=_("Name"), required=False, validators=[validate_name])
    passwordless = forms.BooleanField(
        label=_("Signs in alone"),
        required=False,
        initial=True,
        help_text=_(
            "Without the password; asks for your finger, face or PIN. Old security keys cannot do that: untick."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """As with the code of an app."""
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("credential"):
            record_authentication(context.request, self.user, "mfa", type="webauthn", reauthenticated=True)
        return cleaned


class PasskeyNameForm(EditWebAuthnForm):
    name = forms.CharField(label=_("Name"), validators=[validate_name])
