"""Who sent a request."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest

from codextime.accounts.models import User


class SignedInRequest(HttpRequest):
    """The request of somebody who is signed in, for views behind `login_required`."""

    user: User


def network_of(request: HttpRequest) -> str:
    """The sender's network, such as `203.0.113.0`: what the server knows of an address."""
    network: str = get_adapter(request).get_client_ip(request)
    return network


def is_from_own_page(request: HttpRequest) -> bool:
    """Whether a page of this server sent the form, by the `Origin` that browsers put on every POST (RFC 6454). For
    forms on pages that anybody may keep: no token can stand in those. Without the header a request is foreign."""
    own = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    return request.headers.get("Origin") in own
