from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("teams", "0005_removals_and_details")]

    operations = [
        migrations.AddField("seat", "starts_at", models.DateTimeField(null=True)),
        migrations.AddField("seat", "ends_at", models.DateTimeField(null=True)),
    ]
