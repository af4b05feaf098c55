from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("usage", "0018_rates_mark_index")]

    operations = [
        AddIndexConcurrently(
            "correction", models.Index(fields=["user", "call_id"], name="usage_correction_user_call")
        ),
    ]
