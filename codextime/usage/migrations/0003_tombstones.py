from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

# In SQL as the table was made in SQL: ALTER of the parent reaches the partitions.
MAY_BE_UNKNOWN = """
ALTER TABLE usage_call ALTER at DROP NOT NULL, ALTER source_id DROP NOT NULL, ALTER model_id DROP NOT NULL,
    ADD CONSTRAINT usage_call_is_known CHECK (
        withdrawn_at IS NOT NULL OR (at IS NOT NULL AND source_id IS NOT NULL AND model_id IS NOT NULL)
    )
"""
IS_ALWAYS_KNOWN = """
DELETE FROM usage_call WHERE at IS NULL;
ALTER TABLE usage_call DROP CONSTRAINT usage_call_is_known, ALTER at SET NOT NULL, ALTER source_id SET NOT NULL,
    ALTER model_id SET NOT NULL
"""


def key_to(model: str) -> Any:
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to=model,
    )


class Migration(migrations.Migration):
    dependencies = [("usage", "0002_day_hour")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(MAY_BE_UNKNOWN, IS_ALWAYS_KNOWN)],
            state_operations=[
                migrations.AlterField("call", "at", models.DateTimeField(null=True)),
                migrations.AlterField("call", "source", key_to("usage.source")),
                migrations.AlterField("call", "model", key_to("usage.modelname")),
                migrations.AddConstraint(
                    "call",
                    models.CheckConstraint(
                        condition=Q(withdrawn_at__isnull=False)
                        | Q(at__isnull=False, source__isnull=False, model__isnull=False),
                        name="usage_call_is_known",
                    ),
                ),
            ],
        )
    ]
