"""How public pages travel: how long they may be kept and by whom, and compressed where that tells nothing."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page, require_safe

from codextime.lib.reader import NOBODY, read_by

View = Callable[[HttpRequest], HttpResponse]
FIVE_MINUTES = 300  # seconds: an edited page is seen soon, and a crowd of strangers costs one rendering


def public_page(view: View) -> View:
    """A page that is the same for all strangers: with an ETag, kept by anybody for five minutes.

    For who sends a cookie the frame may name an account or carry a message: only their browser keeps that, and asks. It
    may hold a form's secret, too, which compression would help to guess (BREACH); a stranger's page holds none.
    """

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        with read_by(lambda: NOBODY):  # whoever reads it: parts of it are made once for all
            response = view(request)
        if request.COOKIES:
            patch_cache_control(response, private=True, no_cache=True)
        else:
            patch_cache_control(response, public=True, max_age=FIVE_MINUTES)
        patch_vary_headers(response, ["Cookie"])
        return response

    plain = conditional_page(answer)
    compressed = gzip_page(plain)

    @wraps(view)
    def send(request: HttpRequest) -> HttpResponse:
        return plain(request) if request.COOKIES else compressed(request)

    return require_safe(send)
