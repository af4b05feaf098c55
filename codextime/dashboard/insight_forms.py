"""The thresholds as people type them: ratios as percentages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from codextime.dashboard.thresholds import FIELDS, MOST_TOKENS, MOST_USD, Thresholds, read_thresholds

LABELS = {
    "high_cost_usd": (_("Costly"), _("Estimate of a call or a thread, in US dollars.")),
    "high_context_ratio": (_("Full context"), _("Percent of the model's context window.")),
    "elevated_context_ratio": (_("Filling context"), _("Percent of the model's context window.")),
    "low_cache_ratio": (_("Little cached"), _("Percent of the input that came from the cache …")),
    "high_uncached_input_tokens": (_("… and uncached input"), _("Tokens, at least.")),
    "high_reasoning_ratio": (_("Much reasoning"), _("Percent of the output …")),
    "reasoning_min_output_tokens": (_("… and output"), _("Tokens, at least.")),
    "expensive_low_output_total_tokens": (_("Much read for little"), _("Tokens of a call, at least …")),
    "low_output_tokens": (_("… and output"), _("Tokens, at most.")),
    "large_cumulative_tokens": (_("Large thread"), _("Tokens of a thread.")),
}


class ThresholdsForm(forms.Form):
    """One field a threshold, under its name."""

    def __init__(self, data: Any = None, *, thresholds: Thresholds) -> None:
        super().__init__(data)
        for name, (label, help_text) in LABELS.items():
            self.fields[name] = make_field(name)
            self.fields[name].label, self.fields[name].help_text = label, help_text
            value = getattr(thresholds, name)
            self.fields[name].initial = round(value * 100, 2) if is_ratio(name) else value

    def read(self) -> Thresholds:
        """What was typed; call it on a valid form."""
        return read_thresholds(
            {
                name: float(value) / 100 if is_ratio(name) else value
                for name, value in ((name, self.cleaned_data[name]) for name in FIELDS)
            }
        )


def make_field(name: str) -> forms.Field:
    if is_ratio(name):
        return forms.FloatField(min_value=0, max_value=100)
    if name.endswith("_usd"):
        return forms.FloatField(min_value=0, max_value=MOST_USD)
    return forms.IntegerField(min_value=0, max_value=MOST_TOKENS)


def is_ratio(name: str) -> bool:
    return name.endswith("_ratio")
