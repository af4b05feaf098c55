from collections.abc import Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from django import template

register = template.Library()


@register.filter
def wrapped(authenticators: Iterable[Authenticator]) -> list[Any]:
    """As the page of all second steps has them."""
    return [authenticator.wrap() for authenticator in authenticators]  # type: ignore[no-untyped-call]  # allauth's
