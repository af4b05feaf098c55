"""What the owner types about a program."""

from django import forms
from django.utils.translation import gettext_lazy as _

from codextime.lib.names import validate_name


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What is it for?"),
        help_text=_("Only you see it: choose a name by which you recognise the program."),
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("spreadsheet")}),
    )
