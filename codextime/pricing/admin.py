"""The operator's rates, on the site of `boards.admin`: list, add with evidence, confirm, remove; each leaves a line.

It changes nothing itself: what a form asks for is done by `services`, as the command `pricing` does.
"""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from codextime.accounts.requests import SignedInRequest
from codextime.pricing import services
from codextime.pricing.admin_forms import AddRateForm
from codextime.pricing.models import OperatorRates
from codextime.pricing.selectors import list_rates


class WithoutLog(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """`RateEvent` is the log, not Django's."""

    actions = None

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:  # type: ignore[override]
        """Nothing. (The base class returns the entry it wrote.)"""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:  # type: ignore[override]
        """Nothing."""

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class OperatorRatesAdmin(WithoutLog):
    """What the operator imported, added or confirmed, a line a model. Removing it goes back to the shipped rates."""

    add_form_template = "admin/pricing/add_rate.html"
    change_list_template = "admin/pricing/operator_rates.html"
    list_display = ("model", "what", "confirmed_on")
    fields = ("model", "what", "confirmed_on", "rates")
    search_fields = ("model",)
    ordering = ("model",)

    @admin.display(description=_("what is known better"))
    def what(self, row: OperatorRates) -> str:
        kinds = [name for name in ("rates", "credits") if (row.rates or {}).get(name)]
        return gettext(" and ").join(kinds).replace("rates", "USD") or gettext("the shipped rates are right")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return AddRateForm if obj is None else super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": list(AddRateForm.base_fields)})]
        return super().get_fieldsets(request, obj)

    def save_model(self, request: SignedInRequest, obj: Any, form: AddRateForm, change: bool) -> None:  # type: ignore[override]
        obj.model = form.rate.model
        today, is_credits = timezone.now().date(), form.cleaned_data["unit"] == "credits"
        services.add_rate(rate=form.rate, is_credits=is_credits, today=today, operator=request.user)

    def delete_model(self, request: SignedInRequest, obj: OperatorRates) -> None:  # type: ignore[override]
        services.forget_rates(models=[obj.model], operator=request.user)

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site
        return [
            path("in-force/", site.admin_view(self.show_in_force), name="pricing_in_force"),
            path("in-force/confirm/", site.admin_view(self.confirm), name="pricing_confirm"),
            *super().get_urls(),
        ]

    def show_in_force(self, request: HttpRequest) -> HttpResponse:
        """All rates that pages use, shipped ones included, each with where it is from."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "title": _("Rates in force"),
            "rows": list_rates(today=timezone.now().date()),
            "can_confirm": self.has_add_permission(request),
        }
        return render(request, "admin/pricing/in_force.html", context)

    def confirm(self, request: SignedInRequest) -> HttpResponse:
        """By POST: the operator compared the rates of a model with the official page today."""
        if request.method != "POST" or not self.has_add_permission(request):
            raise PermissionDenied
        model = request.POST.get("model", "")
        try:
            services.confirm_rates(models=[model], today=timezone.now().date(), operator=request.user)
        except services.ModelNotListed:
            messages.error(request, gettext("Nothing confirmed: %(model)s has no rates here.") % {"model": model})
        else:
            messages.success(request, gettext("Confirmed: %(model)s.") % {"model": model})
        return redirect("admin:pricing_in_force")


class RateEventAdmin(WithoutLog):
    """Who did what about rates, for reading."""

    list_display = ("made_at", "operator", "action", "model")
    list_select_related = ("operator",)
    list_filter = ("action",)
    search_fields = ("model",)
    ordering = ("-made_at", "-pk")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
