"""Threads: all of them, one, and its name."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from codextime.accounts.requests import SignedInRequest
from codextime.dashboard.access import get_own_thread
from codextime.dashboard.forms import ThreadNameForm
from codextime.dashboard.threads import selectors
from codextime.dashboard.threads.query import read_query
from codextime.usage import threads as usage
from codextime.usage.models import Thread


@require_safe
@never_cache
@login_required
def show_threads(request: SignedInRequest) -> HttpResponse:
    if request.user.session_grouping_since is None:
        return render(request, "dashboard/threads/off.html")
    page = selectors.get_threads(user=request.user, query=read_query(request.GET), now=timezone.now())
    return render(request, "dashboard/threads/list.html", {"page": page})


@require_safe
@never_cache
@login_required
def show_thread(request: SignedInRequest, thread_id: int) -> HttpResponse:
    """Who groups no calls has no thread, whatever the number, and is told what one would show."""
    if request.user.session_grouping_since is None:
        return render(request, "dashboard/threads/off.html", status=HTTPStatus.NOT_FOUND)
    thread = get_own_thread(user=request.user, thread_id=thread_id)
    return render_thread(request, thread, ThreadNameForm(initial={"name": thread.name}))


@require_POST
@login_required
def rename_thread(request: SignedInRequest, thread_id: int) -> HttpResponse:
    thread = get_own_thread(user=request.user, thread_id=thread_id)
    form = ThreadNameForm(request.POST)
    if not form.is_valid():
        return render_thread(request, thread, form, status=HTTPStatus.BAD_REQUEST)
    usage.rename_thread(thread=thread, name=form.cleaned_data["name"])
    messages.success(request, _("Name saved."))
    return redirect("thread", thread_id)


def render_thread(
    request: SignedInRequest, thread: Thread, form: ThreadNameForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    page = selectors.get_thread(thread=thread)
    form.fields["name"].widget.attrs["placeholder"] = page.opaque_name
    return render(request, "dashboard/threads/thread.html", {"page": page, "form": form}, status=status)
