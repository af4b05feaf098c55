"""The list of calls, as a page and as files, and one call."""

from http import HTTPStatus
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from codextime.accounts.requests import SignedInRequest
from codextime.accounts.selectors import get_tracker_command
from codextime.dashboard.calls import selectors
from codextime.dashboard.calls.forms import ViewForm
from codextime.dashboard.calls.page import address, field_names
from codextime.dashboard.calls.question import QuestionWrong, RangeBackwards, read_question
from codextime.lib.rate_limits import LimitReached, RateLimit, count_use

FILES_OF_USER = RateLimit("files-of-calls", amount=30, seconds=600, is_lenient=True)


@require_safe
@never_cache
@login_required
def show_calls(request: SignedInRequest) -> HttpResponse:
    """Another spelling of an address, such as a form sends, leads to the one to copy and to save."""
    try:
        question = read_question(request.GET.dict())
    except QuestionWrong as error:
        return refuse(request, error)
    if QueryDict(question.query).dict() != request.GET.dict():
        return HttpResponseRedirect(address(question))
    page = selectors.get_calls(user=request.user, question=question, now=timezone.now())
    context = {"page": page, "form": ViewForm(), "command": get_tracker_command(request.user)}
    return render(request, "dashboard/calls/calls.html", context)


@require_safe
@never_cache
@login_required
def fetch_csv(request: SignedInRequest) -> HttpResponseBase:
    return fetch(request, "csv", "text/csv; charset=utf-8")


@require_safe
@never_cache
@login_required
def fetch_json(request: SignedInRequest) -> HttpResponseBase:
    return fetch(request, "json", "application/json")


def fetch(request: SignedInRequest, kind: str, content_type: str) -> HttpResponseBase:
    """All calls that the address asks for, whichever page of them it names."""
    now = timezone.now()
    try:
        question = read_question(request.GET.dict()).changed()
        count_use(FILES_OF_USER, key=str(request.user.pk), now=now)
    except QuestionWrong as error:
        return refuse(request, error)
    except LimitReached as error:
        answer = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
        answer["Retry-After"] = str(error.retry_after)
        return answer
    sheet = selectors.get_sheet(user=request.user, question=question)
    name = f"codextime-calls-{now.astimezone(request.user.zone):%Y-%m-%d}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if request.method == "HEAD":
        return HttpResponse(content_type=content_type, headers=headers)
    parts = sheet.as_csv() if kind == "csv" else sheet.as_json()
    return StreamingHttpResponse(parts, content_type=content_type, headers=headers)


@require_safe
@never_cache
@login_required
def show_call(request: SignedInRequest, call_id: UUID) -> HttpResponse:
    page = selectors.get_call(user=request.user, call_id=call_id)
    return render(request, "dashboard/calls/call.html", {"page": page})


def refuse(request: SignedInRequest, error: QuestionWrong) -> HttpResponse:
    """With a way to the same list without the part of the address that made no sense."""
    rest = request.GET.copy()
    rest.pop(error.name, None)
    name = field_names().get(error.name, error.name[:40])
    context = {"name": name, "is_backwards": isinstance(error, RangeBackwards), "rest": rest.urlencode()}
    return render(request, "dashboard/calls/wrong.html", context, status=HTTPStatus.BAD_REQUEST)
