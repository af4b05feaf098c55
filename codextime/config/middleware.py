"""What every request passes first."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.cache import add_never_cache_headers
from django.utils.log import log_response

from codextime.config.proxies import is_in, read_address
from codextime.lib import metrics, request_ids
from codextime.lib.patience import patience

UNKNOWN_HOST = "A request for the host “%.100s” was refused: CODEXTIME_ALLOWED_HOSTS does not name it."


class RequestIdMiddleware:
    """Gives each request an id, which its log lines, its tasks and its answer carry; takes a trusted proxy's own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = request.META[request_ids.IN_META] = self.find_id(request)
        with request_ids.known_as(request_id):
            answer = self.get_response(request)
        answer["X-Request-Id"] = request_id
        return answer

    def find_id(self, request: HttpRequest) -> str:
        said = request.META.pop("HTTP_X_REQUEST_ID", "")
        if request_ids.is_request_id(said):
            peer = read_address(request.META.get("REMOTE_ADDR", ""))
            if peer and is_in(peer, settings.TRUSTED_PROXIES):
                return str(said)
        return request_ids.new_request_id()


class PatienceMiddleware:
    """Ends what waits too long for the database; see `server_error` for what is answered then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_reading = request.method in ("GET", "HEAD")
        with patience(settings.READING_SECONDS if is_reading else settings.WRITING_SECONDS):
            return self.get_response(request)


class HeadMiddleware:
    """Leaves the body of an answer to HEAD away, and its length there (RFC 9110, section 9.3.2): gunicorn would write a
    line to the log for each, and monitors ask by HEAD."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if request.method == "HEAD" and not answer.streaming:
            answer.setdefault("Content-Length", str(len(answer.content)))
            answer.content = b""
        return answer


class KnownHostMiddleware:
    """Refuses a request for another host's name with one line in the log; Django would write a traceback for each, and
    whoever scans a network could fill the log with them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost:
            return self.refuse(request)
        return self.get_response(request)

    def refuse(self, request: HttpRequest) -> HttpResponse:
        answer = HttpResponseBadRequest("This server is known by another name.\n", content_type="text/plain")
        host = request.META.get("HTTP_HOST", "")
        log_response(UNKNOWN_HOST, host, response=answer, request=request, level="warning")
        return answer


class CountingMiddleware:
    """Counts answers by status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        metrics.RESPONSES.add(str(answer.status_code))
        return answer


class PrivateUnlessPublicMiddleware:
    """Nobody keeps a page that does not say who may: the frame of each, error pages included, may name an account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if not answer.has_header("Cache-Control"):
            add_never_cache_headers(answer)
        return answer
