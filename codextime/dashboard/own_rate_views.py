"""The rates and the credit price that a user estimates with."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from codextime.accounts.requests import SignedInRequest
from codextime.dashboard.estimate_reading import get_own_rates_page
from codextime.dashboard.own_rate_forms import CreditPriceForm, OwnRateForm
from codextime.pricing import own_rates


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def show_rates(request: SignedInRequest) -> HttpResponse:
    """The list; by POST another rate."""
    if request.method != "POST":
        return render_list(request, OwnRateForm(initial={"model": request.GET.get("model", "")}))
    form = OwnRateForm(request.POST)
    if not save(request, form, rate_id=None):
        return render_list(request, form, status=HTTPStatus.BAD_REQUEST)
    return redirect("own_rates")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def change_rate(request: SignedInRequest, rate_id: int) -> HttpResponse:
    """One rate, which somebody else's never is."""
    page = get_own_rates_page(user=request.user)
    rate = next((rate for rate in page.rates if rate.id == rate_id), None)
    if rate is None:
        raise Http404
    form = OwnRateForm(request.POST) if request.method == "POST" else OwnRateForm(initial=rate.initial)
    if request.method == "POST" and save(request, form, rate_id=rate_id):
        return redirect("own_rates")
    status = HTTPStatus.BAD_REQUEST if request.method == "POST" else HTTPStatus.OK
    return render(request, "dashboard/own_rate.html", {"form": form, "rate": rate, "page": page}, status=status)


@require_POST
@login_required
def remove_rate(request: SignedInRequest, rate_id: int) -> HttpResponse:
    try:
        rate = own_rates.remove_own_rate(user=request.user, rate_id=rate_id)
    except own_rates.RateGone:
        raise Http404 from None
    messages.success(request, _("Removed. %(model)s is priced as before.") % {"model": rate.model})
    return redirect("own_rates")


@require_POST
@login_required
def change_credit_price(request: SignedInRequest) -> HttpResponse:
    form = CreditPriceForm(request.POST)
    if not form.is_valid():
        return render_list(request, OwnRateForm(), credit_form=form, status=HTTPStatus.BAD_REQUEST)
    own_rates.set_own_credit_price(user=request.user, now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("own_rates")


def save(request: SignedInRequest, form: OwnRateForm, *, rate_id: int | None) -> bool:
    """False if the form now says what is wrong."""
    if not form.is_valid():
        return False
    try:
        own_rates.set_own_rate(user=request.user, rate_id=rate_id, now=timezone.now(), **form.cleaned_data)
    except own_rates.NotARate:  # the form knows all but which dates calls can have
        form.add_error("effective_from", _("Use a date from 2025 on, at most a year ahead."))
    except own_rates.DateTaken:
        form.add_error("effective_from", _("You have a rate of this model from this date on: change that one."))
    except own_rates.TooManyRates:
        form.add_error(None, _("You have %(most)s rates: remove one first.") % {"most": own_rates.MOST_RATES})
    except own_rates.RateGone:
        raise Http404 from None
    else:
        messages.success(request, _("Saved. Estimates use it from now on, also of calls that are there."))
        return True
    return False


def render_list(
    request: SignedInRequest,
    form: OwnRateForm,
    credit_form: CreditPriceForm | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    page = get_own_rates_page(user=request.user)
    credit_form = credit_form or CreditPriceForm(initial={"usd_per_credit": page.credit_price})
    context = {"form": form, "credit_form": credit_form, "page": page}
    return render(request, "dashboard/own_rates.html", context, status=status)
