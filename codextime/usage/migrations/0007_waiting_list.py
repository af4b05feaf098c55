import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('usage', '0006_withdrawals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='withdrawalrecord',
            name='is_approved',
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name='withdrawalrecord',
            name='state',
            field=models.CharField(choices=[('waiting', 'Waiting'), ('approved', 'Approved'), ('declining', 'Declining'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn'), ('undoing', 'Undoing'), ('undone', 'Undone'), ('forgetting', 'Forgetting'), ('final', 'Final')], max_length=10),
        ),
        migrations.CreateModel(
            name='WaitingCall',
            fields=[
                ('pk', models.CompositePrimaryKey('user', 'call_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('call_id', models.UUIDField()),
                ('revision', models.SmallIntegerField()),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='usage.withdrawalrecord')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
