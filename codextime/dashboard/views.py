"""One's own overview."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from codextime.accounts.requests import SignedInRequest
from codextime.accounts.selectors import get_tracker_command
from codextime.dashboard import selectors
from codextime.dashboard.odd_periods import explains_odd_periods
from codextime.dashboard.queries import read_query
from codextime.usage.selectors import withdrawals


@require_safe
@never_cache
def version(request: HttpRequest) -> HttpResponse:
    """Whether the figures of an open page changed: 304 if the page has this version, 204 if not. Asked all the time,
    so it costs two queries, the session's included."""
    current = selectors.find_version(session=request.session, now=timezone.now())
    if current is None:
        return HttpResponse(status=HTTPStatus.FORBIDDEN, content_type="text/plain")
    status = HTTPStatus.NOT_MODIFIED if request.headers.get("If-None-Match") == current else HTTPStatus.NO_CONTENT
    return HttpResponse(status=status, headers={"ETag": current}, content_type="text/plain")


@require_safe
@never_cache
@login_required
@explains_odd_periods
def overview(request: SignedInRequest) -> HttpResponse:
    page = selectors.get_overview(user=request.user, query=read_query(request.GET), now=timezone.now())
    context = {"page": page, "erasure_due_at": page.erasure_due_at}
    if page.is_empty:
        command, took_back = get_tracker_command(request.user), withdrawals(user=request.user).exists()
        return render(request, "dashboard/empty.html", context | {"command": command, "has_withdrawals": took_back})
    return render(request, "dashboard/overview.html", context)
