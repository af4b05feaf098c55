from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("usage", "0017_thread_keys")]

    operations = [
        AddIndexConcurrently(
            "threadtotal", models.Index(fields=["user", "rates_mark"], name="usage_thread_total_user_mark")
        ),
    ]
