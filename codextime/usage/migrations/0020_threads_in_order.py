from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("usage", "0019_correction_call_index")]

    operations = [
        AddIndexConcurrently(
            "threadtotal",
            models.Index("user", (F("last_at") - F("first_at")).desc(), "thread", name="usage_thread_total_longest"),
        ),
        AddIndexConcurrently(
            "threadtotal",
            models.Index(
                "user", (F("input_tokens") + F("output_tokens")).desc(), "thread", name="usage_thread_total_largest"
            ),
        ),
    ]
