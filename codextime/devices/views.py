"""The signed-in owner's machines."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from codextime.accounts.requests import SignedInRequest
from codextime.accounts.selectors import get_tracker_command
from codextime.devices import selectors, services
from codextime.devices.access import DeviceNotFound, get_own_device
from codextime.devices.forms import NameForm
from codextime.devices.models import Device


def own_device(request: SignedInRequest, device_id: int) -> Device:
    try:
        return get_own_device(user=request.user, device_id=device_id)
    except DeviceNotFound:
        raise Http404 from None


@require_safe
@never_cache
@login_required
def show_devices(request: SignedInRequest) -> HttpResponse:
    context = {
        "devices": list(selectors.list_devices(user=request.user)),
        "command": get_tracker_command(request.user),
    }
    return render(request, "devices/devices.html", context)


@require_POST
@login_required
def rename_device(request: SignedInRequest, device_id: int) -> HttpResponse:
    device = own_device(request, device_id)
    form = NameForm(request.POST)
    if form.is_valid():
        services.rename_device(device=device, name=form.cleaned_data["name"])
        messages.success(request, _("The machine is called “%(name)s” now.") % form.cleaned_data)
    else:
        messages.error(request, _("The name was not changed: %(why)s") % {"why": form.errors["name"][0]})
    return redirect("devices")


@require_POST
@login_required
def revoke_device(request: SignedInRequest, device_id: int) -> HttpResponse:
    device = own_device(request, device_id)
    services.revoke_device(device=device, now=timezone.now())
    messages.success(request, _("“%(name)s” cannot upload any more. What it uploaded is kept.") % {"name": device.name})
    return redirect("devices")
