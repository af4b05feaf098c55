"""The settings: each of its own form, so that each can be saved alone."""

import functools
import zoneinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from codextime.boards.handles import validate_handle
from codextime.lib.names import validate_name
from codextime.lib.reader import MONDAY, SATURDAY, SUNDAY, Habits

THEMES = {"system": _("As the system"), "light": _("Light"), "dark": _("Dark")}


def zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every IANA zone under its continent, for a select that also works without a script."""
    return [(area or gettext("Other"), zones) for area, zones in zones_by_area()]


@functools.cache  # reading the zones from disk takes a while, and they do not change
def zones_by_area() -> list[tuple[str, list[tuple[str, str]]]]:
    """The area is empty for zones outside of any."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        area, _, place = name.partition("/")
        groups.setdefault(area if place else "", []).append((name, name.replace("_", " ")))
    return list(groups.items())


class TimeZoneForm(forms.Form):
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices)


class HabitsForm(forms.Form):
    """How numbers, times and weeks read."""

    week_start = forms.TypedChoiceField(
        label=_("Weeks begin on"),
        coerce=int,
        choices=[(MONDAY, _("Monday")), (SUNDAY, _("Sunday")), (SATURDAY, _("Saturday"))],
    )
    number_format = forms.ChoiceField(
        label=_("Numbers"), choices=[("comma", "1,234.5"), ("point", "1.234,5"), ("space", "1\u202f234,5")]
    )
    clock_hours = forms.TypedChoiceField(label=_("Times"), coerce=int, choices=[(24, "14:05"), (12, _("2:05\u00a0PM"))])

    @property
    def habits(self) -> Habits:
        return Habits(**self.cleaned_data)


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(label=_("Theme"), choices=list(THEMES.items()))


class LabelForm(forms.Form):
    """The label of one source; empty takes the label away."""

    label = forms.CharField(
        label=_("Label"),
        required=False,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("work laptop")}),
    )


class ThreadNameForm(forms.Form):
    """What one thread is called; empty gives it back the name that is made of its key."""

    name = forms.CharField(
        label=_("Name"),
        required=False,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class HandleForm(forms.Form):
    """The name on the leaderboard. Capital letters become small ones."""

    handle = forms.CharField(
        label=_("Handle"),
        help_text=_("3 to 30 of a to z, 0 to 9, - and _. Everybody can see it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_handle(self) -> str:
        handle: str = self.cleaned_data["handle"]
        handle = handle.lower() if handle.isascii() else handle
        validate_handle(handle)
        return handle


class ErasureForm(forms.Form):
    """Whoever erases an account types its address, so that nobody does by a slip."""

    email = forms.CharField(
        label=_("Your email address, to confirm"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = email
        self.fields["email"].help_text = gettext("Type %(email)s") % {"email": email}

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email.lower() != self.address.lower():
            raise ValidationError(gettext("This is not the address of your account. Nothing was erased."))
        return email
