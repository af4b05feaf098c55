"""What a request tells about its sender is made coarse before anything can store it, and who reads its page is known to
what writes numbers."""

from collections.abc import Callable
from functools import cache

from django.http import HttpRequest, HttpResponse

from codextime.lib.clients import coarse_browser
from codextime.lib.reader import NOBODY, Habits, read_by


class CoarseBrowserMiddleware:
    """Replaces the User-Agent by `Firefox on Linux` and the like: all that the list of sessions keeps of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["HTTP_USER_AGENT"] = coarse_browser(request.META.get("HTTP_USER_AGENT", ""))
        return self.get_response(request)


class ReaderMiddleware:
    """Pages have the habits of whoever is signed in. Nobody is looked up for a page without a figure."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        @cache
        def find() -> Habits:
            return request.user.habits if request.user.is_authenticated else NOBODY

        with read_by(find):
            return self.get_response(request)
