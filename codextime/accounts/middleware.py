"""What a request tells about its sender is made coarse before anything can store it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from codextime.lib.clients import coarse_browser


class CoarseBrowserMiddleware:
    """Replaces the User-Agent by `Firefox on Linux` and the like: all that the list of sessions keeps of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["HTTP_USER_AGENT"] = coarse_browser(request.META.get("HTTP_USER_AGENT", ""))
        return self.get_response(request)
