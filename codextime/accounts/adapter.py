"""Where django-allauth asks this project."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils import timezone

from codextime.accounts.access import can_sign_up
from codextime.lib.clients import coarse_address


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return can_sign_up(request.session, now=timezone.now())

    def get_client_ip(self, request: HttpRequest) -> str:
        """The network of the sender: sessions are listed with it, and limits by address count by it."""
        return coarse_address(super().get_client_ip(request))
