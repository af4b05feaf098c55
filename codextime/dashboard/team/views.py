"""What a team sees of its seats, and one's own labels on the same pages."""

import uuid
from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from codextime.accounts.requests import SignedInRequest
from codextime.dashboard.odd_periods import explains_odd_periods
from codextime.dashboard.team import board, one_seat, selectors, services
from codextime.dashboard.team.own_usage import OwnUsage
from codextime.dashboard.team.query import read_one_seat_query, read_seats_query, read_table_query
from codextime.dashboard.team.team_usage import TeamUsage
from codextime.lib.rate_limits import LimitReached, RateLimit, count_use
from codextime.teams.access import Right, get_membership, get_seat, has_right
from codextime.teams.models import Membership
from codextime.teams.pages import PAGE, render_team, render_too_many, team_view

FILES_OF_USER = RateLimit("files-of-teams", amount=30, seconds=600, is_lenient=True)


@explains_odd_periods
@team_view(Right.SEE, PAGE)
def show_team(request: SignedInRequest, me: Membership) -> HttpResponse:
    page = selectors.get_page(usage=TeamUsage(me.team), query=read_seats_query(request.GET), now=timezone.now())
    return render_team(request, me, "overview", page=page)


@explains_odd_periods
@team_view(Right.SEE, PAGE)
def show_seats(request: SignedInRequest, me: Membership) -> HttpResponse:
    page = selectors.get_table(usage=TeamUsage(me.team), query=read_table_query(request.GET), now=timezone.now())
    return render_team(request, me, "seats", page=page)


@explains_odd_periods
@team_view(Right.SEE, PAGE)
def show_seat(request: SignedInRequest, me: Membership, seat_id: uuid.UUID) -> HttpResponse:
    seat = get_seat(reader=me, public_id=seat_id)
    query = read_one_seat_query(request.GET)
    page = one_seat.get_seat_page(team=me.team, seat=seat, query=query, now=timezone.now())
    can_change = seat.user_id == me.user_id or has_right(me, Right.MANAGE)
    return render_team(request, me, "seat_usage", page=page, seat=seat, can_change=can_change)


@explains_odd_periods
@require_safe
@never_cache
@login_required
def fetch_seats(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """All seats that the address asks for, whichever page of them it names. Each file is in the audit log."""
    me, now = get_membership(user=request.user, slug=slug), timezone.now()
    try:
        count_use(FILES_OF_USER, key=str(request.user.pk), now=now)
    except LimitReached as error:
        return render_too_many(request, error)
    day = f"{now.astimezone(me.team.zone):%Y-%m-%d}"
    headers = {"Content-Disposition": f'attachment; filename="codextime-{me.team.slug}-seats-{day}.csv"'}
    if request.method == "HEAD":
        return HttpResponse(content_type="text/csv; charset=utf-8", headers=headers)
    sheet = services.export_seats(actor=me, query=read_table_query(request.GET), now=now)
    return StreamingHttpResponse(sheet.as_csv(), content_type="text/csv; charset=utf-8", headers=headers)


@explains_odd_periods
@team_view(Right.SEE, PAGE)
def show_board(request: SignedInRequest, me: Membership) -> HttpResponse:
    if not me.team.is_board_on:
        return render_team(request, me, "board_off", status=HTTPStatus.NOT_FOUND)
    page = board.get_board(usage=TeamUsage(me.team), query=read_table_query(request.GET), now=timezone.now())
    return render_team(request, me, "board", page=page)


@explains_odd_periods
@require_safe
@never_cache
@login_required
def show_own_seats(request: SignedInRequest) -> HttpResponse:
    """Both pages in one: most people have a handful of machines."""
    usage, now = OwnUsage(request.user), timezone.now()
    page = selectors.get_page(usage=usage, query=read_seats_query(request.GET), now=now)
    table = selectors.get_table(usage=usage, query=read_table_query(request.GET), now=now)
    return render(request, "teams/own_seats.html", {"page": page, "table": table})
