"""Who sent a request."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from codextime.accounts.models import User


class SignedInRequest(HttpRequest):
    """The request of somebody who is signed in, for views behind `login_required`."""

    user: User


def network_of(request: HttpRequest) -> str:
    """The sender's network, such as `203.0.113.0`: what the server knows of an address."""
    network: str = get_adapter(request).get_client_ip(request)
    return network
