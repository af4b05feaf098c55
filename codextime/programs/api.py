"""What a read token opens: one's own totals, calls, corrections and profile."""

from http import HTTPStatus
from typing import Any, cast

from django.utils import timezone
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed, NotAcceptable
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from codextime.accounts.requests import network_of
from codextime.ingest.limits import REQUESTS_OF_NETWORK
from codextime.ingest.schemas import problems
from codextime.lib.problems import DATABASE_AWAY, database_away, problem, too_many_requests
from codextime.lib.rate_limits import LimitReached, RateLimit, count_use, count_uses
from codextime.programs import queries, schemas, selectors, totals
from codextime.programs.authentication import ReadTokenAuthentication
from codextime.programs.models import ReadToken
from codextime.programs.queries import ParameterWrong
from codextime.programs.tables import CsvRenderer, JsonRenderer, Table

# Lenient: who asks has proven who they are, and the answer needs no cache. Before that their network is counted.
READS_OF_TOKEN = RateLimit("reads-of-token", amount=120, seconds=60, is_lenient=True)
READS_OF_USER = RateLimit("reads-of-user", amount=300, seconds=60, is_lenient=True)

PROBLEMS = problems(400, 401, 406, 429, 503)


class ReadView(APIView):
    """Asked by GET with a read token; says what is wrong as RFC 9457 describes.

    The entity tag is made of the answer itself (`urls`): what it is made of, such as labels, rates and totals that are
    rebuilt in several steps, has no common version.
    """

    authentication_classes = [ReadTokenAuthentication]
    renderer_classes = [JsonRenderer, CsvRenderer]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        network = network_of(request._request)
        can_count = count_use(REQUESTS_OF_NETWORK, key=network, now=timezone.now())
        super().initial(request, *args, **kwargs)
        if can_count:
            self.count(request)

    def count(self, request: Request) -> None:
        """Raises `LimitReached`."""
        token = token_of(request)
        count_uses((READS_OF_TOKEN, str(token.pk)), (READS_OF_USER, str(token.user_id)), now=timezone.now())

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, ParameterWrong):
            return problem(HTTPStatus.BAD_REQUEST, code="invalid", detail=error.detail, field=error.field)
        if isinstance(error, AuthenticationFailed):
            return unauthorized(error)
        if isinstance(error, LimitReached):
            return too_many_requests(error)
        if isinstance(error, DATABASE_AWAY):
            return database_away()
        if isinstance(error, NotAcceptable):
            kinds = " or ".join(renderer.media_type for renderer in self.renderer_classes if renderer.media_type)
            return problem(HTTPStatus.NOT_ACCEPTABLE, code="not_acceptable", detail=f"Accept {kinds}.")
        if isinstance(error, MethodNotAllowed):
            return problem(
                HTTPStatus.METHOD_NOT_ALLOWED,
                code="method_not_allowed",
                detail="Here one asks by GET.",
                headers={"Allow": ", ".join(self.allowed_methods)},
            )
        return super().handle_exception(error)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """A problem is JSON, whatever was asked for."""
        is_answer = response.status_code == HTTPStatus.OK
        response["Cache-Control"] = "private, no-cache" if is_answer else "no-store"
        patch_vary_headers(response, ["Accept", "Authorization"])
        if not is_answer:
            request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
        return super().finalize_response(request, response, *args, **kwargs)


def token_of(request: Request) -> ReadToken:
    return cast(ReadToken, request.auth)  # DRF knows tokens of its own only


def unauthorized(error: AuthenticationFailed) -> Response:
    return problem(
        HTTPStatus.UNAUTHORIZED,
        code=str(error.get_codes()),
        detail=str(error.detail),
        headers={"WWW-Authenticate": 'Bearer realm="usage"'},
    )


def page(request: Request, table: Table) -> Response:
    """With a link to the page that follows (RFC 8288), for there is no other place for it in CSV."""
    cursor = table.about["next"]
    if cursor is None:
        return Response(table)
    query = request.query_params.copy()
    query["cursor"] = cursor
    return Response(table, headers={"Link": f'<{request.path}?{query.urlencode()}>; rel="next"'})


class TotalsView(ReadView):
    @extend_schema(parameters=[schemas.BY, schemas.GROUP, *schemas.CHOICE], responses={200: schemas.TOTALS} | PROBLEMS)
    def get(self, request: Request) -> Response:
        """Sums of calls: all in one, or by time, by model, label or thread, or both. Days, weeks, months and hours are
        those of the user's time zone; without “from” and “to” they are all up to today."""
        query = queries.read_totals_query(request.query_params)
        return Response(totals.get_totals(user=token_of(request).user, query=query, now=timezone.now()))


class UsageCallsView(ReadView):
    @extend_schema(parameters=[*schemas.CHOICE, *schemas.PAGE], responses={200: schemas.CALLS} | PROBLEMS)
    def get(self, request: Request) -> Response:
        """The calls that count, oldest first, in pages."""
        query = queries.read_calls_query(request.query_params)
        return page(request, selectors.get_calls(user=token_of(request).user, query=query))


class CorrectionsView(ReadView):
    @extend_schema(parameters=schemas.PAGE, responses={200: schemas.CORRECTIONS} | PROBLEMS)
    def get(self, request: Request) -> Response:
        """What was replaced and withdrawn, and why, newest first, in pages."""
        query = queries.read_corrections_query(request.query_params)
        return page(request, selectors.get_corrections(user=token_of(request).user, page=query))


class ProfileView(ReadView):
    renderer_classes = [JsonRenderer]

    @extend_schema(responses={200: schemas.PROFILE} | PROBLEMS)
    def get(self, request: Request) -> Response:
        """The account, and how fresh its figures are."""
        queries.read_profile_query(request.query_params)
        return Response(selectors.get_profile(user=token_of(request).user, now=timezone.now()))
