"""The thresholds as people type them: ratios as percentages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from codextime.dashboard.thresholds import FIELDS, MOST_TOKENS, MOST_USD, Thresholds, read_thresholds

# Two in a row; what belongs together stands beside each other.
LABELS = {
    "high_cost_usd": (_("Costly"), _("From this estimate of a call or a thread on, in US dollars.")),
    "large_cumulative_tokens": (_("Large thread"), _("From as many tokens of a thread on.")),
    "elevated_context_ratio": (_("Filling context"), _("From this percentage of the model's context window on.")),
    "high_context_ratio": (_("Full context"), _("From this percentage of the model's context window on.")),
    "low_cache_ratio": (_("Little cached"), _("Less than this percentage of the input came from the cache …")),
    "high_uncached_input_tokens": (_("Little cached, input"), _("… and at least as many tokens of it did not.")),
    "high_reasoning_ratio": (_("Much reasoning"), _("At least this percentage of the output was reasoning …")),
    "reasoning_min_output_tokens": (_("Much reasoning, output"), _("… and at least as many tokens were output.")),
    "expensive_low_output_total_tokens": (_("Much read for little"), _("At least as many tokens in a call …")),
    "low_output_tokens": (_("Much read for little, output"), _("… and at most as many of them output.")),
}


class ThresholdsForm(forms.Form):
    """One field a threshold, under its name."""

    def __init__(self, data: Any = None, *, thresholds: Thresholds) -> None:
        super().__init__(data)
        for name, (label, help_text) in LABELS.items():
            self.fields[name] = make_field(name)
            self.fields[name].label, self.fields[name].help_text = label, help_text
            value = getattr(thresholds, name)
            self.fields[name].initial = as_typed(round(value * 100, 2) if is_ratio(name) else value)

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


def as_typed(value: float) -> float:
    """60 in place of 60.0."""
    return int(value) if value == int(value) else value


def is_ratio(name: str) -> bool:
    return name.endswith("_ratio")
