"""The public pages, and where a machine asks whether the server works."""

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from codextime.dashboard.periods import PeriodOutOfRange
from codextime.dashboard.queries import read_query
from codextime.site import metrics, pages, selectors
from codextime.site.api_page import ENDPOINTS
from codextime.site.caching import public_page
from codextime.site.example import get_example
from codextime.site.landing import get_landing
from codextime.site.pages import PublicPage
from codextime.site.readiness import get_readiness
from codextime.site.uploaded import build_uploaded_page


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """One's own overview, or for strangers what this is."""
    if request.user.is_authenticated:
        return redirect("dashboard")
    landing = get_landing(now=timezone.now())
    return show(request, pages.HOME, landing=landing, example=landing.example)


@public_page
def example(request: HttpRequest) -> HttpResponse:
    try:
        overview = get_example(query=read_query(request.GET), now=timezone.now())
    except PeriodOutOfRange:
        return render(request, "400.html", status=HTTPStatus.BAD_REQUEST)
    return show(request, pages.EXAMPLE, example=overview)


@public_page
def what_is_uploaded(request: HttpRequest) -> HttpResponse:
    return show(request, pages.UPLOADED, uploaded=build_uploaded_page(), dry_run=selectors.get_dry_run())


@public_page
def api_equivalent(request: HttpRequest) -> HttpResponse:
    return show(request, pages.RATES, rates=selectors.get_rates_page(today=timezone.now().date()))


@public_page
def help_page(request: HttpRequest) -> HttpResponse:
    return show(request, pages.HELP)


@public_page
def api(request: HttpRequest) -> HttpResponse:
    return show(request, pages.API, endpoints=ENDPOINTS)


@public_page
def privacy(request: HttpRequest) -> HttpResponse:
    return show(request, pages.PRIVACY, operator=selectors.get_operator())


@public_page
def terms(request: HttpRequest) -> HttpResponse:
    return show(request, pages.TERMS, operator=selectors.get_operator())


@public_page
def contact(request: HttpRequest) -> HttpResponse:
    has_security_txt = selectors.has_security_txt()
    return show(request, pages.CONTACT, operator=selectors.get_operator(), has_security_txt=has_security_txt)


def show(request: HttpRequest, page: PublicPage, **context: Any) -> HttpResponse:
    return render(request, f"site/{page.name}.html", {"page": page, "canonical": page.address} | context)


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 when pages and uploads can be answered, 503 when not; says no more than that to anybody."""
    if selectors.is_database_reachable():
        return HttpResponse("ok\n", content_type="text/plain")
    return HttpResponse("The database is not reachable.\n", content_type="text/plain", status=503)


@never_cache
@require_safe
def show_metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus; for everybody else there is nothing here."""
    sender = {"authorization": request.headers.get("Authorization", ""), "sender": request.META.get("REMOTE_ADDR", "")}
    if not metrics.may_read(**sender):
        raise Http404
    return HttpResponse(metrics.get_metrics(now=timezone.now()), content_type=metrics.CONTENT_TYPE)


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when database, broker, worker, beat and totals are as they should be, else 503; which of them, as JSON."""
    readiness = get_readiness(now=timezone.now())
    return JsonResponse(readiness.as_json(), status=200 if readiness.is_ready else 503)
