"""What owners type about their saved views."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from codextime.dashboard.calls.question import QuestionWrong, read_question
from codextime.dashboard.models import LONGEST_QUERY
from codextime.lib.names import validate_name


class ViewNameForm(forms.Form):
    name = forms.CharField(
        label=_("Name of this view"),
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("large calls at work")}),
    )


class ViewForm(ViewNameForm):
    """With the part of an address behind the question mark; what is saved is its plain spelling."""

    query = forms.CharField(required=False, max_length=LONGEST_QUERY, widget=forms.HiddenInput)

    def clean_query(self) -> str:
        try:
            question = read_question(QueryDict(self.cleaned_data["query"]).dict())
        except QuestionWrong:
            raise ValidationError(_("These filters cannot be saved. Go back, and set them anew.")) from None
        query: str = question.changed().query
        if len(query) > LONGEST_QUERY:  # letters that are three to twelve signs long in an address
            raise ValidationError(_("These filters are too long to be saved."))
        return query
