"""What is shown where Django's own error view would fail."""

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.loader import render_to_string


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's looks for the form's token first, which raises anew for a form that cannot be read."""
    return HttpResponseBadRequest(render_to_string("400.html"))
