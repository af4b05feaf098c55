"""The one export that an account may have at a time, and its bytes."""

from django.conf import settings
from django.db import models


class Export(models.Model):
    """What an owner asked for. A worker makes it; from `made_at` on it has its parts, `size` bytes together. With
    `forget_at` it goes, made or not."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    forget_at = models.DateTimeField(db_index=True)
    made_at = models.DateTimeField(null=True)
    size = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"of {self.user}"


class ExportPart(models.Model):
    """Some bytes of the ZIP file, so that no process holds all of them."""

    pk = models.CompositePrimaryKey("export", "number")
    export = models.ForeignKey(Export, models.CASCADE, related_name="+", db_index=False)
    number = models.IntegerField()
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"part {self.number}"
