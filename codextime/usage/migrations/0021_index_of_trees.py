from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("usage", "0020_threads_in_order")]

    operations = [
        AddIndexConcurrently(
            "threadtotal",
            models.Index(
                fields=["user", "root"],
                include=["first_at", "last_at", "usd_key", "credit_key", "context_key"],
                name="usage_thread_total_trees",
            ),
        ),
        RemoveIndexConcurrently("threadtotal", "usage_thread_total_user_root"),
    ]
