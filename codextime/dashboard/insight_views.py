"""What is worth a look, and from where on."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from codextime.accounts.requests import SignedInRequest
from codextime.accounts.selectors import get_tracker_command
from codextime.dashboard import services
from codextime.dashboard.insight_forms import ThresholdsForm
from codextime.dashboard.insight_selectors import get_insights
from codextime.dashboard.odd_periods import explains_odd_periods
from codextime.dashboard.queries import read_query
from codextime.dashboard.thresholds import SHIPPED, find_thresholds
from codextime.usage.selectors import sources


@require_safe
@never_cache
@login_required
@explains_odd_periods
def show_insights(request: SignedInRequest) -> HttpResponse:
    page = get_insights(user=request.user, query=read_query(request.GET), now=timezone.now())
    is_new = not page.has_calls and not sources(user=request.user).exists()
    context = {"page": page, "is_new": is_new, "command": get_tracker_command(request.user)}
    return render(request, "dashboard/insights.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def change_thresholds(request: SignedInRequest) -> HttpResponse:
    if request.method != "POST":
        form = ThresholdsForm(thresholds=find_thresholds(user=request.user))
        return render(request, "dashboard/thresholds.html", {"form": form})
    form = ThresholdsForm(request.POST, thresholds=find_thresholds(user=request.user))
    if not form.is_valid():
        return render(request, "dashboard/thresholds.html", {"form": form}, status=HTTPStatus.BAD_REQUEST)
    services.move_thresholds(user=request.user, thresholds=form.read())
    messages.success(request, _("Thresholds saved."))
    return redirect("insights")


@require_POST
@login_required
def reset_thresholds(request: SignedInRequest) -> HttpResponse:
    services.move_thresholds(user=request.user, thresholds=SHIPPED)
    messages.success(request, _("Thresholds are as shipped again."))
    return redirect("insights")
