"""What a user types about prices."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from codextime.pricing.models import LONGEST_NAME
from codextime.pricing.rates import HIGHEST_AMOUNT, MOST_DECIMALS, refuse_odd_amounts


class AmountField(forms.DecimalField):
    """USD, with as many digits as a rate may have."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def validate(self, value: Any) -> None:
        super().validate(value)
        try:
            refuse_odd_amounts(value)
        except ValueError:
            limits = {"most": f"{HIGHEST_AMOUNT:,}", "decimals": MOST_DECIMALS}
            text = gettext("Use a number from 0 to %(most)s with at most %(decimals)s decimals.")
            raise ValidationError(text % limits) from None


class OwnRateForm(forms.Form):
    """A rate from a date on; the fields have the names that the service knows."""

    model = forms.CharField(
        label=_("Model"),
        max_length=LONGEST_NAME,
        help_text=_("As your pages name it, such as gpt-5.4 or custom."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "list": "own-models"}
        ),
    )
    effective_from = forms.DateField(
        label=_("From"), help_text=_("A UTC date."), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    input_usd = AmountField(label=_("Input"), help_text=_("USD per million tokens."))
    cached_input_usd = AmountField(
        label=_("Cached input"), required=False, help_text=_("Left empty, cached tokens have no price.")
    )
    output_usd = AmountField(label=_("Output"), help_text=_("Reasoning is a part of it."))

    def clean_model(self) -> str:
        model: str = self.cleaned_data["model"]
        if not model.isprintable():
            raise ValidationError(gettext("Use visible characters only."))
        return model


class CreditPriceForm(forms.Form):
    usd_per_credit = AmountField(
        label=_("USD per credit"), required=False, help_text=_("Left empty, credits are not turned into dollars.")
    )

    def clean(self) -> dict[str, Any]:
        self.cleaned_data.setdefault("usd_per_credit", None)
        return self.cleaned_data
