"""What staff types about rates."""

from typing import Any

import msgspec
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from codextime.lib.tokens import LONG_CONTEXT_TOKENS
from codextime.pricing.models import OperatorRates
from codextime.pricing.rates import SOURCES, Rate
from codextime.pricing.services import LaterRate, RatesUnreadable, check_new_rate

LATER = _("A rate of this model begins on a later day. Import a file that says in which order all of them hold.")
PUBLIC_EVIDENCE = [(kind, _(text)) for kind, text in SOURCES.items() if kind != "typed by a user"]
AMOUNTS = ("input", "cached_input", "cache_write", "output")


class AddRateForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """One rate with its evidence; `rate` is what was typed, once the form is valid."""

    model_name = forms.CharField(label=_("Model"), help_text=_("As the API names it, such as gpt-5.4."))
    unit = forms.ChoiceField(
        choices=[("usd", "USD"), ("credits", _("Codex credits"))], label=_("Per million tokens, in")
    )
    effective_from = forms.DateField(
        help_text=_("The UTC date from which it holds. Earlier rates of the model end there.")
    )
    input = forms.DecimalField()
    cached_input = forms.DecimalField(required=False, help_text=_("Empty: not known."))
    cache_write = forms.DecimalField(required=False, help_text=_("Empty: costs what input costs."))
    output = forms.DecimalField()
    long_input = forms.DecimalField(
        required=False,
        label=_("Long context: input times"),
        help_text=format_lazy(
            _("For calls that read more than {count} tokens. Both empty: they cost the same."),
            count=f"{LONG_CONTEXT_TOKENS:,}",
        ),
    )
    long_output = forms.DecimalField(required=False, label=_("Long context: output times"))
    checked_on = forms.DateField(label=_("Evidence dated"), help_text=_("When you, or whoever wrote it down, read it."))
    evidence = forms.ChoiceField(choices=PUBLIC_EVIDENCE, label=_("Kind of evidence"))
    url = forms.CharField(label=_("Official page"), help_text=_("At openai.com or chatgpt.com."))
    note = forms.CharField(required=False, max_length=500)

    class Meta:
        model = OperatorRates
        fields: tuple[str, ...] = ()

    rate: Rate

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not self.errors:
            tier = [data["long_input"], data["long_output"]]
            names = ("effective_from", *AMOUNTS, "checked_on", "evidence", "url", "note")
            row = {name: data[name] for name in names} | {"model": data["model_name"], "effective_until": None}
            row["long_context"] = self.read_tier(*tier) if any(tier) else None
            try:
                self.rate = msgspec.convert(row, Rate)
                check_new_rate(self.rate, is_credits=data["unit"] == "credits", today=timezone.now().date())
            except (msgspec.ValidationError, RatesUnreadable) as error:
                raise ValidationError(gettext("This is no rate: %(why)s.") % {"why": error}) from None
            except LaterRate:
                raise ValidationError(LATER) from None
        return data

    def read_tier(self, input_multiplier: Any, output_multiplier: Any) -> dict[str, Any]:
        return {
            "over_input_tokens": LONG_CONTEXT_TOKENS,
            "input_multiplier": input_multiplier,
            "output_multiplier": output_multiplier,
        }
