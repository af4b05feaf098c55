"""What the owner types about a program."""

from django import forms

from codextime.lib.names import validate_name


class TokenForm(forms.Form):
    name = forms.CharField(
        label="What is it for?",
        help_text="Only you see it: choose a name by which you recognise the program.",
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "spreadsheet"}),
    )
