"""Where somebody wanted to go who had to sign in first, for sign-in links: they bring no address of their own."""

from django.http import HttpRequest, HttpResponse

COOKIE = "after_sign_in"
SECONDS = 600  # as long as a pairing code and a sign-in link last


def remember_page(request: HttpRequest, answer: HttpResponse) -> None:
    """Keeps the address of `request` in a signed cookie that only the sign-in link's page gets."""
    answer.set_signed_cookie(
        COOKIE,
        request.get_full_path(),
        max_age=SECONDS,
        path="/sign-in",
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def find_remembered_page(request: HttpRequest) -> str | None:
    """A path on this server, which nobody else can have chosen."""
    page: str | None = request.get_signed_cookie(COOKIE, default=None, max_age=SECONDS)
    return page
