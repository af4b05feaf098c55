"""What a team token opens: the team's totals and its seats, as its pages show them."""

from http import HTTPStatus
from typing import cast

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from codextime.ingest.schemas import problems
from codextime.lib.problems import problem
from codextime.lib.rate_limits import RateLimit, count_uses
from codextime.programs import queries, schemas, team_totals
from codextime.programs.api import ReadView
from codextime.programs.team_authentication import TeamTokenAuthentication
from codextime.teams.models import Team, TeamToken

READS_OF_TEAM_TOKEN = RateLimit("reads-of-team-token", amount=120, seconds=60, is_lenient=True)
READS_OF_TEAM = RateLimit("reads-of-team", amount=300, seconds=60, is_lenient=True)

PROBLEMS = problems(400, 401, 404, 406, 429, 503)
SLUG = OpenApiParameter(
    "slug",
    {"type": "string", "pattern": "^[a-z0-9-]{3,40}$"},
    OpenApiParameter.PATH,
    description="The team, as its address names it.",
)


class TeamReadView(ReadView):
    """Below the team that the token is of; any other is not there."""

    authentication_classes = [TeamTokenAuthentication]

    def count(self, request: Request) -> None:
        token = token_of(request)
        count_uses((READS_OF_TEAM_TOKEN, str(token.pk)), (READS_OF_TEAM, str(token.team_id)), now=timezone.now())

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, Http404):
            return problem(
                HTTPStatus.NOT_FOUND, code="not_found", detail="The token is of another team, or there is no such team."
            )
        return super().handle_exception(error)


def token_of(request: Request) -> TeamToken:
    return cast(TeamToken, request.auth)  # DRF knows tokens of its own only


def get_team(request: Request, slug: str) -> Team:
    """The token's team; `Http404` for the name of another one, whether it exists or not."""
    team = token_of(request).team
    if team.slug != slug:
        raise Http404
    return team


class TeamTotalsView(TeamReadView):
    @extend_schema(
        parameters=[SLUG, schemas.TEAM_BY, schemas.TEAM_GROUP, *schemas.TEAM_CHOICE],
        responses={200: schemas.TEAM_TOTALS} | PROBLEMS,
    )
    def get(self, request: Request, slug: str) -> Response:
        """Sums of what the team's seats used: all in one, or by day, week or month, by model, or both. Days are those
        of the team's time zone; without “from” and “to” they are all up to today."""
        team = get_team(request, slug)
        query = queries.read_team_totals_query(request.query_params)
        return Response(team_totals.get_team_totals(team=team, query=query, now=timezone.now()))


class TeamSeatsView(TeamReadView):
    @extend_schema(parameters=[SLUG, *schemas.TEAM_DATES], responses={200: schemas.TEAM_SEATS} | PROBLEMS)
    def get(self, request: Request, slug: str) -> Response:
        """Every seat of these days with what it used in them, those with the most tokens first; idle ones too."""
        team = get_team(request, slug)
        query = queries.read_seats_query(request.query_params)
        return Response(team_totals.get_seats(team=team, query=query, now=timezone.now()))
