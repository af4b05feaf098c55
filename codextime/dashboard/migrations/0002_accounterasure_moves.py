from django.db import migrations


class Migration(migrations.Migration):
    """The model is in accounts from now on; its table stays as it is."""

    dependencies = [
        ('accounts', '0004_accounterasure'),
        ('dashboard', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(
                    name='AccountErasure',
                ),
            ],
        ),
    ]
