"""What templates may know of the server's settings."""

from django.conf import settings
from django.http import HttpRequest


def server(request: HttpRequest) -> dict[str, object]:
    return {
        "base_url": settings.BASE_URL,
        "sign_up_policy": settings.SIGN_UP,
        "is_local": settings.IS_LOCAL,
        "has_mail": settings.HAS_MAIL,
        "login_link_command": settings.LOGIN_LINK_COMMAND,
    }
