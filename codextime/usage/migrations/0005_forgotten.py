from django.db import migrations, models

REASONS = ["recounted", "completed", "copied_history", "duplicate", "impossible", "forgotten"]


class Migration(migrations.Migration):
    dependencies = [("usage", "0004_rebuilt_date")]

    operations = [
        migrations.AlterField(
            "correction",
            "reason",
            models.CharField(choices=[(reason, reason.replace("_", " ").title()) for reason in REASONS], max_length=20),
        )
    ]
