"""Where a visitor without an address to go to lands."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One's own overview; who is not signed in does that first."""
    return redirect("dashboard" if request.user.is_authenticated else "account_login")
