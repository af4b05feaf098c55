"""What the owner types about a machine."""

from django import forms
from django.utils.translation import gettext_lazy as _

from codextime.lib.names import validate_name


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Name of this machine"),
        help_text=_("Only you see it: choose one by which you recognise the machine."),
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ApprovalForm(NameForm):
    code = forms.CharField(max_length=40, widget=forms.HiddenInput)
    groups_by_session = forms.BooleanField(
        label=_("Group my calls by session"),
        required=False,
        help_text=_(
            "Each call then carries two hashes: of its session and of what started it. No text. "
            "Off at any time under Settings."
        ),
    )

    field_order = ["code", "name"]


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("The tracker shows it: eight letters, such as WDJB-MJHT."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
