"""The page for a request that failed without being to blame."""

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils.cache import add_never_cache_headers
from django.utils.log import log_response
from redis import RedisError

from codextime.lib.problems import DATABASE_AWAY, RETRY_AFTER_SECONDS

AWAY = (*DATABASE_AWAY, RedisError)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 when the database or the broker does not answer, else 500: for Django calls this while it handles an error.

    Made without the request, for who asks may only be known from the database.
    """
    error = sys.exception()
    is_away = isinstance(error, AWAY)
    status = 503 if is_away else 500
    answer = HttpResponse(get_template(f"{status}.html").render(), status=status)
    add_never_cache_headers(answer)
    if is_away:
        answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
        reason = str(error).partition("\n")[0]
        # One line for each such request; Django would write a traceback.
        log_response("%s got 503: %s", request.path, reason, response=answer, request=request)
    return answer
