"""Where a visitor without an address to go to lands, and where a machine asks whether the server works."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from codextime.site import selectors


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One's own overview; who is not signed in does that first."""
    return redirect("dashboard" if request.user.is_authenticated else "account_login")


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 when pages and uploads can be answered, 503 when not; says no more than that to anybody."""
    if selectors.is_database_reachable():
        return HttpResponse("ok\n", content_type="text/plain")
    return HttpResponse("The database is not reachable.\n", content_type="text/plain", status=503)
