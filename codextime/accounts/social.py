"""Where django-allauth asks this project about signing in with an account of GitHub or Google.

Of that account its id and a name are kept, no picture, profile or token. An address counts only if the provider has
verified it; whoever has an account with it here signs in to that first, and connects the two under Settings.
"""

from typing import Any, cast

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from codextime.accounts import services
from codextime.accounts.access import INVITATION_IN_SESSION, find_invitation_in
from codextime.accounts.models import User


class SocialAdapter(DefaultSocialAccountAdapter):
    error_messages: dict[str, Any] = DefaultSocialAccountAdapter.error_messages | {
        "no_password": gettext_lazy("Set a password first: without one, nothing else would let you in."),
        "no_verified_email": gettext_lazy("Confirm your email address first: nothing else would let you in."),
    }

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        """Those that have keys in the settings; the table of apps stays empty, and is not asked."""
        apps = [SocialApp(provider=name, **given["APP"]) for name, given in settings.SOCIALACCOUNT_PROVIDERS.items()]
        return [app for app in apps if provider in (None, app.provider) and client_id in (None, app.client_id)]

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """The new user, if one is to be; and what of the provider's answer is kept, of an old one's too."""
        given = [data.get("first_name"), data.get("last_name")]
        sociallogin.account.extra_data = {"name": data.get("username") or " ".join(filter(None, given))}
        sociallogin.email_addresses = [address for address in sociallogin.email_addresses if address.verified][:1]
        user = cast(User, sociallogin.user)
        for address in sociallogin.email_addresses:
            user.email = address.email = address.email.lower()
        return user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Shows why not, where somebody unknown cannot have an account for what the provider says."""
        if sociallogin.is_existing or sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        reason = find_reason_against(request, sociallogin)
        if reason:
            context = {"provider": sociallogin.provider.name, "reason": reason}
            raise ImmediateHttpResponse(render(request, "socialaccount/refused.html", context, status=403))

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        user = cast(User, super().save_user(request, sociallogin, form))
        token = request.session.pop(INVITATION_IN_SESSION, "")
        services.finish_sign_up(user=user, time_zone="", invitation_token=token, now=timezone.now())
        return user


def find_reason_against(request: HttpRequest, sociallogin: SocialLogin) -> str:
    """`unverified`, `known` or `invited`; empty if nothing speaks against an account of theirs but the policy."""
    email = cast(User, sociallogin.user).email
    if not sociallogin.email_addresses:
        return "unverified"
    if User.objects.filter(email=email).exists():
        return "known"
    invitation = find_invitation_in(request.session, now=timezone.now())
    return "invited" if settings.SIGN_UP == "invitation" and invitation and invitation.email != email else ""
