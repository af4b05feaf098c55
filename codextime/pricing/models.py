"""What the operator of this server knows better than the data file that it came with."""

from django.db import models

LONGEST_NAME = 64


class OperatorRates(models.Model):
    """Of one model: `rates` in the form of the data file, which take the place of those in it (`None`: those in it
    hold), and the day on which the operator compared them with the official page."""

    model = models.CharField(primary_key=True, max_length=LONGEST_NAME)
    rates = models.JSONField(null=True)
    confirmed_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.model
