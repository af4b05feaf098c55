"""What people type about teams."""

import functools
import re
import zoneinfo
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from codextime.lib.names import validate_name
from codextime.teams.models import Role, Team
from codextime.teams.slugs import validate_slug
from codextime.usage.models import Source

MOST_TOKENS = 10**18  # far above what a month can hold, and a bigint holds it
# As pages write numbers; "1.5" and "5.0" are none of them. In India the groups but the last have two digits.
GROUPED = re.compile(r"[1-9]\d{0,2}(?:[,._'\u2019\s]\d{2,3})*[,._'\u2019\s]\d{3}")
PLAIN = {"autocomplete": "off"}
ROLES = {
    Role.OWNER: gettext_lazy("Owner: everything, the audit log and deleting the team included"),
    Role.ADMIN: gettext_lazy("Admin: invites, manages members, machines, budgets and tokens"),
    Role.MEMBER: gettext_lazy("Member: sees the team, and shares seats"),
}
STAYS_OR_GOES = [
    ("goes", gettext_lazy("It goes: the team sees nothing of it any more")),
    ("stays", gettext_lazy("It stays, up to yesterday")),
]


@functools.cache  # reading the zones from disk takes a while, and they do not change
def zone_choices() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones())]


class NameField(forms.CharField):
    def __init__(self, label: Any, help_text: Any = "", placeholder: Any = "", **options: Any) -> None:
        widget = forms.TextInput(attrs=PLAIN | ({"placeholder": placeholder} if placeholder else {}))
        super().__init__(label=label, help_text=help_text, validators=[validate_name], widget=widget, **options)


class SlugField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Address"),
            help_text=gettext_lazy("The end of its pages in the address bar: letters a to z, digits and hyphens."),
            validators=[validate_slug],
            widget=forms.TextInput(attrs=PLAIN | {"autocapitalize": "none", "spellcheck": "false"}),
        )

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).lower()


class BudgetField(forms.IntegerField):
    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Tokens a month"),
            required=False,
            min_value=1,
            max_value=MOST_TOKENS,
            help_text=gettext_lazy("Empty for no budget. It stops nothing: the pages mark when it is passed."),
            widget=forms.TextInput(attrs=PLAIN | {"inputmode": "numeric", "placeholder": "500000000"}),
        )

    def to_python(self, value: Any) -> int | None:
        """Also as a page writes it, with separators."""
        text = str(value or "").strip()
        if GROUPED.fullmatch(text):
            text = re.sub(r"\D", "", text)
        number: int | None = super().to_python(text)
        return number


class OwnNameField(NameField):
    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Your name in this team"),
            gettext_lazy("What the others call you. They do not see your email address."),
        )


class NewTeamForm(forms.Form):
    name = NameField(gettext_lazy("Name of the team"), placeholder=gettext_lazy("Platform"))
    slug = SlugField()
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=zone_choices,
        help_text=gettext_lazy("Days of the team begin at its midnight."),
    )
    own_name = OwnNameField()


class OwnNameForm(forms.Form):
    own_name = OwnNameField()


class SettingsForm(forms.Form):
    name = NameField(gettext_lazy("Name of the team"))
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=zone_choices,
        help_text=gettext_lazy(
            "With another one, seats begin and end with its days, and never show more than was shared: at either end "
            "a day may go."
        ),
    )
    monthly_token_budget = BudgetField()
    is_board_on = forms.BooleanField(
        label=gettext_lazy("Team board"),
        required=False,
        help_text=gettext_lazy("A page, only for the team, that ranks its seats by tokens."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["monthly_token_budget"].label = _("Budget of the team, in tokens a month")


class SlugForm(forms.Form):
    slug = SlugField()


class DeletionForm(forms.Form):
    """Deleting a team is confirmed by its address."""

    slug = forms.CharField(label=gettext_lazy("Type the address of the team to confirm"), widget=forms.TextInput(PLAIN))

    def __init__(self, data: Any = None, *, team: Team) -> None:
        super().__init__(data, auto_id="delete_%s")
        self.team = team

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if slug.strip().lower() != self.team.slug:
            raise ValidationError(_("The address of this team is “%s”.") % self.team.slug)
        return slug


class RoleForm(forms.Form):
    """`roles` are those that the one who chooses may give."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))

    def __init__(self, *args: Any, roles: Iterable[Role], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["role"].choices = [(role.value, ROLES[role]) for role in roles]  # type: ignore[attr-defined] # a choice field


class InvitationForm(RoleForm):
    email = forms.EmailField(
        label=gettext_lazy("Email address"),
        required=False,
        help_text=gettext_lazy(
            "Only the account with this address can accept. Empty makes a link for you to hand on, which lets in "
            "whoever opens it first."
        ),
        widget=forms.EmailInput(attrs=PLAIN),
    )
    field_order = ["email", "role"]


class ShareForm(forms.Form):
    """`sources` are those that can be shared."""

    sources = forms.TypedMultipleChoiceField(
        label=gettext_lazy("What to share"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Each is one Codex home on one of your machines. Several become one seat."),
    )
    label = NameField(
        gettext_lazy("Label of the seat"),
        gettext_lazy("What the team calls it."),
        placeholder=gettext_lazy("work laptop"),
    )
    starts_on = forms.DateField(
        label=gettext_lazy("From"),
        help_text=gettext_lazy("The first day that the team sees, in its time zone."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    keeps_past = forms.BooleanField(
        label=gettext_lazy("If I am removed, what I shared stays"),
        required=False,
        help_text=gettext_lazy("Otherwise it goes. When you end the seat or leave yourself, you are asked."),
    )

    def __init__(self, *args: Any, sources: Iterable[Source], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["sources"].choices = [(source.pk, str(source)) for source in sources]  # type: ignore[attr-defined] # a choice field


class SeatForm(forms.Form):
    label = NameField(gettext_lazy("Label of the seat"), gettext_lazy("What the team calls it."))
    keeps_past = ShareForm.base_fields["keeps_past"]


class PastForm(forms.Form):
    """Whether what was shared stays or goes; the careful choice comes first and is chosen."""

    past = forms.ChoiceField(
        label=gettext_lazy("What you shared so far"),
        choices=STAYS_OR_GOES,
        initial="goes",
        widget=forms.RadioSelect,
    )

    @property
    def keeps_past(self) -> bool:
        return bool(self.cleaned_data["past"] == "stays")


class MachinePastForm(PastForm):
    past = forms.ChoiceField(
        label=gettext_lazy("What it used so far"),
        choices=[
            ("stays", gettext_lazy("It stays on the pages of the team")),
            ("goes", gettext_lazy("It is erased, for good")),
        ],
        initial="stays",
        widget=forms.RadioSelect,
    )


class BudgetForm(forms.Form):
    monthly_token_budget = BudgetField()


class MachineForm(forms.Form):
    label = NameField(gettext_lazy("Label of the seat"), gettext_lazy("What the team calls it."), placeholder="CI")


class TokenForm(forms.Form):
    name = NameField(
        gettext_lazy("What is it for?"),
        gettext_lazy("The owners and admins see it: choose a name by which you recognise the program."),
        placeholder="spreadsheet",
    )
