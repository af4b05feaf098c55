import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# In SQL as the table was made in SQL. A column that is null takes no room in a row, and rows are not rewritten.
ADD_THREAD = "ALTER TABLE usage_call ADD thread_id integer"
DROP_THREAD = "ALTER TABLE usage_call DROP thread_id"


class Migration(migrations.Migration):
    dependencies = [
        ("usage", "0007_waiting_list"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Thread",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("key", models.UUIDField()),
                ("parent_key", models.UUIDField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("user", "key"), name="usage_thread_key")]},
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ADD_THREAD, DROP_THREAD)],
            state_operations=[
                migrations.AddField(
                    "call",
                    "thread",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="usage.thread",
                    ),
                ),
            ],
        ),
    ]
