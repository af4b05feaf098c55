from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("usage", "0014_least_and_most_tokens")]

    operations = [
        migrations.AddField(
            "rebuiltdate",
            "reader",
            models.SmallIntegerField(choices=[(1, "Boards"), (2, "Teams")], db_default=1),
        ),
    ]
