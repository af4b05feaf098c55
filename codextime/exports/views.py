"""Asking for an export and fetching it; how far it is stands in the settings."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from codextime.accounts.requests import SignedInRequest
from codextime.exports import services


@require_POST
@login_required
def ask_for_export(request: SignedInRequest) -> HttpResponse:
    try:
        services.ask_for_export(user=request.user, now=timezone.now())
    except services.ExportUnderWay:
        messages.info(request, _("Your export is being made already. Reload this page in a moment."))
    else:
        messages.success(request, _("Your export is being made. Reload this page in a moment."))
    return redirect("settings")


@require_safe
@never_cache
@login_required
def fetch_export(request: SignedInRequest, signed: str) -> HttpResponseBase:
    try:
        export, parts = services.open_export(user=request.user, signed=signed, now=timezone.now())
    except services.ExportGone:
        messages.error(request, _("This link is too old. Ask for a new export below."))
        return redirect("settings")
    name = f"codextime-{request.user.public_id}-{export.asked_at:%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(export.size)}
    return StreamingHttpResponse(parts, content_type="application/zip", headers=headers)
