from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("usage", "0016_narrow_calls")]

    operations = [
        *(migrations.AddField("threadtotal", f"{name}_key", models.FloatField(null=True)) for name in ("usd", "credit")),
        migrations.AddField("threadtotal", "context_key", models.FloatField(null=True)),
        migrations.AddField("threadtotal", "has_unpriced", models.BooleanField(null=True)),
        migrations.AddField("threadtotal", "rates_mark", models.BigIntegerField(null=True)),
    ]
