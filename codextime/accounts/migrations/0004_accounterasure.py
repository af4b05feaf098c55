import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The table is the dashboard's, which made it; only whose it is changes."""

    dependencies = [
        ('accounts', '0003_session_grouping'),
        ('dashboard', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='AccountErasure',
                    fields=[
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                        ('asked_at', models.DateTimeField()),
                        ('due_at', models.DateTimeField(db_index=True)),
                    ],
                    options={
                        'db_table': 'dashboard_accounterasure',
                    },
                ),
            ],
        ),
        migrations.AddField(
            model_name='accounterasure',
            name='told_at',
            field=models.DateTimeField(null=True),
        ),
    ]
