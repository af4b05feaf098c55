import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import codextime.usage.fields


class Migration(migrations.Migration):
    dependencies = [
        ("usage", "0011_archived_sources"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ThreadDay",
            fields=[
                ("calls", models.IntegerField()),
                ("input_tokens", codextime.usage.fields.TokenSumField()),
                ("cached_input_tokens", codextime.usage.fields.TokenSumField()),
                ("cache_write_input_tokens", codextime.usage.fields.TokenSumField()),
                ("output_tokens", codextime.usage.fields.TokenSumField()),
                ("reasoning_output_tokens", codextime.usage.fields.TokenSumField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("highest_input_tokens", models.BigIntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "user", "on", "utc_on", "thread", "model", "source", "is_long_context",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("on", models.DateField()),
                ("utc_on", models.DateField()),
                ("is_long_context", models.BooleanField()),
                (
                    "model",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="usage.modelname",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="usage.source",
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="usage.thread",
                    ),
                ),
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
            options={"indexes": [models.Index(fields=["user", "thread"], name="usage_thread_day_user_thread")]},
        ),
        migrations.CreateModel(
            name="ThreadTotal",
            fields=[
                ("calls", models.IntegerField()),
                ("input_tokens", codextime.usage.fields.TokenSumField()),
                ("cached_input_tokens", codextime.usage.fields.TokenSumField()),
                ("cache_write_input_tokens", codextime.usage.fields.TokenSumField()),
                ("output_tokens", codextime.usage.fields.TokenSumField()),
                ("reasoning_output_tokens", codextime.usage.fields.TokenSumField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("highest_input_tokens", models.BigIntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "user", "thread",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "root",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="usage.thread",
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="usage.thread",
                    ),
                ),
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
            options={"indexes": [models.Index(fields=["user", "root"], name="usage_thread_total_user_root")]},
        ),
        migrations.AddField(
            model_name="thread",
            name="name",
            field=models.CharField(blank=True, db_default="", max_length=60),
        ),
    ]
