"""Moderation, on Django's admin: for staff only, with the sign-in page of everybody and the same security policy.

It changes nothing itself: what a form asks for is done by `moderation`, which writes the audit line. Django's own log
of admin changes is left empty, as it would keep handles.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from codextime.accounts.requests import SignedInRequest
from codextime.boards import holds, moderation
from codextime.boards.models import HeldDate, HiddenAccount, Listing, ModerationEvent
from codextime.pricing.admin import OperatorRatesAdmin, RateEventAdmin
from codextime.pricing.models import OperatorRates, RateEvent
from codextime.usage.services import UserGone

View = TypeVar("View", bound=Callable[..., Any])


class ModerationSite(admin.AdminSite):
    site_header = site_title = _("Codextime moderation")
    index_title = _("Leaderboard")
    site_url = "/leaderboard"
    enable_nav_sidebar = False

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return self.turn_away(request) or inner(request, *args, **kwargs)
            except UserGone as error:  # erased while a moderator looked at it
                raise Http404 from error

        return cast(View, update_wrapper(guarded, view))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Nobody signs in here: allauth's page knows limits, verification and links."""
        return self.turn_away(request) or redirect_to_login(request.get_full_path())

    def turn_away(self, request: HttpRequest) -> HttpResponse | None:
        """Who is not signed in does that first; who is no moderator finds nothing here."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not self.has_permission(request):
            raise Http404
        return None


class WithReason(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """Rows are neither added nor deleted, and changing one means giving a reason."""

    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:  # type: ignore[override]
        """Nothing: `ModerationEvent` is the log. (The base class returns the entry it wrote.)"""


class ListingForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    is_hidden = forms.BooleanField(required=False, label=_("Hidden from the leaderboard"))
    why = forms.CharField(
        label=_("Reason"), help_text=_("Its owner sees it."), widget=forms.Textarea(attrs={"rows": 3})
    )

    class Meta:
        model = Listing
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.was_hidden = HiddenAccount.objects.filter(user=self.instance.user_id).exists()
        self.fields["is_hidden"].initial = self.was_hidden

    def clean_is_hidden(self) -> bool:
        is_hidden: bool = self.cleaned_data["is_hidden"]
        if is_hidden == self.was_hidden:
            raise ValidationError(_("Nothing would change."))
        return is_hidden


class ListingAdmin(WithReason):
    form = ListingForm
    list_display = ("handle", "account", "listed_at", "is_hidden")
    search_fields = ("handle", "user__public_id")
    readonly_fields = ("handle", "account", "listed_at")
    fields = (*readonly_fields, "is_hidden", "why")

    @admin.display(description=_("user id"))
    def account(self, listing: Listing) -> str:
        return listing.user.public_id

    @admin.display(boolean=True, description="hidden")
    def is_hidden(self, listing: Listing) -> bool:
        return HiddenAccount.objects.filter(user=listing.user_id).exists()

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return super().get_queryset(request).select_related("user").order_by("handle")

    def save_model(self, request: SignedInRequest, obj: Any, form: Any, change: bool) -> None:  # type: ignore[override]
        act = moderation.hide_account if form.cleaned_data["is_hidden"] else moderation.show_account
        act(user=obj.user, moderator=request.user, reason=form.cleaned_data["why"], now=timezone.now())


class HeldDateForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    why = forms.CharField(label=_("Reason for letting it rank"), widget=forms.Textarea(attrs={"rows": 3}))

    class Meta:
        model = HeldDate
        fields: tuple[str, ...] = ()

    def clean(self) -> None:
        if not holds.is_releasable(self.instance):
            raise ValidationError(_("This is more than the boards can add up: it cannot be released."))


class HeldDateAdmin(WithReason):
    form = HeldDateForm
    list_display = ("on", "account", "why_held", "held_at", "released_at")
    list_filter = (("released_at", admin.EmptyFieldListFilter), "reason")
    search_fields = ("user__public_id",)
    readonly_fields = ("on", "account", "why_held", "held_at", "released_at")
    fields = (*readonly_fields, "why")

    @admin.display(description=_("user id"))
    def account(self, held: HeldDate) -> str:
        return held.user.public_id

    @admin.display(description=_("why it is held"))
    def why_held(self, held: HeldDate) -> str:
        return holds.explain(held)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.released_at is None)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return super().get_queryset(request).select_related("user").order_by("-held_at", "pk")

    def save_model(self, request: SignedInRequest, obj: Any, form: Any, change: bool) -> None:  # type: ignore[override]
        moderation.release_date(held=obj, moderator=request.user, reason=form.cleaned_data["why"], now=timezone.now())


class ModerationEventAdmin(WithReason):
    list_display = ("made_at", "moderator", "action", "user", "on", "reason")
    list_select_related = ("moderator", "user")
    ordering = ("-made_at", "-pk")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


site = ModerationSite()
site.register(Listing, ListingAdmin)
site.register(HeldDate, HeldDateAdmin)
site.register(ModerationEvent, ModerationEventAdmin)
site.register(OperatorRates, OperatorRatesAdmin)
site.register(RateEvent, RateEventAdmin)
