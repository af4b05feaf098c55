"""The page on which the owner compares a code and lets a machine in, or not."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from codextime.accounts.requests import SignedInRequest, network_of
from codextime.accounts.returning import remember_page
from codextime.accounts.services import AccountBeingErased
from codextime.devices import limits, selectors, services
from codextime.devices.codes import read_user_code, show_user_code
from codextime.devices.forms import ApprovalForm, CodeForm
from codextime.lib import formats
from codextime.lib.rate_limits import LimitReached, count_use

View = Callable[[SignedInRequest], HttpResponse]


def limits_codes(view: View) -> View:
    """Counts every code that somebody brings, right or wrong, and stops whoever brings too many."""

    @wraps(view)
    def limited(request: SignedInRequest) -> HttpResponse:
        now = timezone.now()
        try:
            count_use(limits.CODES_BY_USER, key=str(request.user.pk), now=now)
            count_use(limits.CODES_BY_NETWORK, key=network_of(request), now=now)
        except LimitReached as limit:
            answer = render(request, "429.html", status=429)
            answer["Retry-After"] = str(limit.retry_after)
            return answer
        return view(request)

    return limited


@require_safe
@never_cache
def open_pairing(request: SignedInRequest) -> HttpResponse:
    """For strangers the sign-in page, after which they come back: also by a sign-in link."""
    answer = show_pairing(request)
    if not request.user.is_authenticated:
        remember_page(request, answer)
    return answer


@login_required
def show_pairing(request: SignedInRequest) -> HttpResponse:
    return compare(request) if request.GET.get("code") else render_code_form(request, CodeForm())


@limits_codes
def compare(request: SignedInRequest) -> HttpResponse:
    code, name = request.GET["code"], selectors.suggest_name(user=request.user)
    return render_comparison(
        request, ApprovalForm(initial={"code": code, "name": name, "groups_by_session": True}), code
    )


@require_POST
@login_required
@limits_codes
def approve_pairing(request: SignedInRequest) -> HttpResponse:
    form, code = ApprovalForm(request.POST), request.POST.get("code", "")
    if not form.is_valid():
        return render_comparison(request, form, code, status=400)
    try:
        services.approve_pairing(
            user_code=code,
            approver=request.user,
            name=form.cleaned_data["name"],
            groups_by_session=form.cleaned_data["groups_by_session"],
            now=timezone.now(),
        )
    except services.PairingUnknown:
        return render_unknown_code(request, code)
    except services.PairingForAnotherAccount:
        return render_other_account(request)
    except AccountBeingErased:
        return render(request, "devices/being_erased.html", status=HTTPStatus.CONFLICT)
    return redirect("pairing_approved")


@require_POST
@login_required
@limits_codes
def deny_pairing(request: SignedInRequest) -> HttpResponse:
    code = request.POST.get("code", "")
    try:
        services.deny_pairing(user_code=code, denier=request.user, now=timezone.now())
    except services.PairingUnknown:
        return render_unknown_code(request, code)
    except services.PairingForAnotherAccount:
        return render_other_account(request)
    return redirect("pairing_denied")


@require_safe
@login_required
def show_approved(request: SignedInRequest) -> HttpResponse:
    return render(request, "devices/approved.html")


@require_safe
@login_required
def show_denied(request: SignedInRequest) -> HttpResponse:
    return render(request, "devices/denied.html")


def render_code_form(request: SignedInRequest, form: CodeForm, status: int = 200) -> HttpResponse:
    return render(request, "devices/enter_code.html", {"form": form}, status=status)


def render_unknown_code(request: SignedInRequest, code: str) -> HttpResponse:
    form = CodeForm({"code": code})
    form.add_error(
        "code", _("No machine waits with this code. Codes work once and for ten minutes: run the tracker again.")
    )
    return render_code_form(request, form, status=404)


def render_other_account(request: SignedInRequest) -> HttpResponse:
    return render(request, "devices/other_account.html", status=403)


def render_comparison(request: SignedInRequest, form: ApprovalForm, code: str, status: int = 200) -> HttpResponse:
    """What asks, for its owner to compare and decide."""
    pairing = selectors.find_pairing_by_user_code(user_code=code, now=timezone.now())
    if pairing is None:
        return render_unknown_code(request, code)
    if pairing.requested_user != request.user.public_id:
        return render_other_account(request)
    asked_at = pairing.created_at.astimezone(request.user.zone)
    if not pairing.wants_session_grouping:
        del form.fields["groups_by_session"]
    context = {"form": form, "code": show_user_code(read_user_code(code)), "asked_at": formats.clock(asked_at)}
    return render(request, "devices/compare.html", context, status=status)
