"""What the operator of this server knows better than the data file that it came with, and what users price with."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

LONGEST_NAME = 64
DIGITS, DECIMALS = 16, 9  # hold `rates.HIGHEST_AMOUNT` with `rates.MOST_DECIMALS`


class OperatorRates(models.Model):
    """Of one model: `rates` in the form of the data file, which take the place of those in it (`None`: those in it
    hold), and the day on which the operator compared them with the official page."""

    model = models.CharField(primary_key=True, max_length=LONGEST_NAME)
    rates = models.JSONField(null=True)
    confirmed_on = models.DateField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("rates of the operator")

    def __str__(self) -> str:
        return self.model


class RateEvent(models.Model):
    """A line of what operators did about the rates of a model, by a command if `operator` never was anybody. The
    database takes new lines only, and forgets of a line who was erased since."""

    class Action(models.TextChoices):
        IMPORT = "import", _("imported rates")
        ADD = "add", _("added a rate")
        CONFIRM = "confirm", _("confirmed the rates")
        FORGET = "forget", _("went back to the shipped rates")

    made_at = models.DateTimeField(db_default=Now())  # by the database's clock, whatever a program says
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    action = models.CharField(max_length=10, choices=Action)
    model = models.CharField(max_length=LONGEST_NAME)
    rates = models.JSONField(null=True)  # what holds since then, or what was forgotten; None: nothing of the operator's

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}: {self.get_action_display()} of {self.model}"


class OwnRate(models.Model):
    """What a user prices a model with from a UTC date on, up to their next rate of it, in USD per 1,000,000 tokens. No
    `cached_input`: cached tokens of these days have no price."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    model = models.CharField(max_length=LONGEST_NAME)
    effective_from = models.DateField()
    input = models.DecimalField(max_digits=DIGITS, decimal_places=DECIMALS)
    cached_input = models.DecimalField(max_digits=DIGITS, decimal_places=DECIMALS, null=True)
    output = models.DecimalField(max_digits=DIGITS, decimal_places=DECIMALS)
    typed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "model", "effective_from"], name="pricing_ownrate_once")]

    def __str__(self) -> str:
        return f"{self.model} from {self.effective_from}"


class OwnCreditPrice(models.Model):
    """What one Codex credit costs a user."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    usd_per_credit = models.DecimalField(max_digits=DIGITS, decimal_places=DECIMALS)
    typed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.usd_per_credit} USD"
