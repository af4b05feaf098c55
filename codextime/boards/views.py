"""The public board."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from codextime.boards.board_page import build_board
from codextime.boards.queries import NoSuchBoard, UnreadableCursor, read_query
from codextime.boards.reading import read_board


@require_safe
@never_cache  # so that nobody who leaves stays in a cache
def show_board(request: HttpRequest) -> HttpResponse:
    try:
        query = read_query(request.GET)
    except NoSuchBoard as error:
        raise Http404 from error
    except UnreadableCursor:
        return render(request, "400.html", status=HTTPStatus.BAD_REQUEST)
    viewer = request.user if request.user.is_authenticated else None
    reading = read_board(period=query.period, measure=query.measure, after=query.after, viewer=viewer)
    return render(request, "boards/board.html", {"page": build_board(query, reading, timezone.now())})
