"""The sign-up form: django-allauth's, with the browser's time zone and the invitation that the visitor came with."""

from typing import Any, cast

from allauth.account.forms import SignupForm
from allauth.core import context
from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from codextime.accounts import services
from codextime.accounts.access import INVITATION_IN_SESSION, find_invitation_in
from codextime.accounts.models import User


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
