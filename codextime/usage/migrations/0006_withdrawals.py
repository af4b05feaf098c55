import codextime.usage.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('devices', '0001_initial'),
        ('usage', '0005_forgotten'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='call',
            name='former_revision',
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='call',
            name='kept_revision',
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='correction',
            name='reason',
            field=models.CharField(choices=[('recounted', 'Recounted'), ('completed', 'Completed'), ('copied_history', 'Copied History'), ('duplicate', 'Duplicate'), ('impossible', 'Impossible'), ('forgotten', 'Forgotten'), ('brought_back', 'Brought Back')], max_length=20),
        ),
        migrations.CreateModel(
            name='WithdrawalRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('recounted', 'Recounted'), ('completed', 'Completed'), ('copied_history', 'Copied History'), ('duplicate', 'Duplicate'), ('impossible', 'Impossible'), ('forgotten', 'Forgotten'), ('brought_back', 'Brought Back')], max_length=20)),
                ('state', models.CharField(choices=[('withdrawn', 'Withdrawn'), ('undoing', 'Undoing'), ('undone', 'Undone'), ('final', 'Final')], max_length=10)),
                ('calls', models.IntegerField()),
                ('tokens', codextime.usage.fields.TokenSumField()),
                ('first_on', models.DateField()),
                ('last_on', models.DateField()),
                ('made_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('device', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='devices.device')),
                ('source', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='usage.source')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='call',
            name='withdrawal',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='usage.withdrawalrecord'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('withdrawal__isnull', False)), fields=['user', 'withdrawal'], name='usage_call_withdrawal'),
        ),
        migrations.AddIndex(
            model_name='withdrawalrecord',
            index=models.Index(fields=['user', 'made_at'], name='usage_withdrawal_user_made_at'),
        ),
        migrations.AddIndex(
            model_name='withdrawalrecord',
            index=models.Index(condition=models.Q(('state__in', ('undone', 'final')), _negated=True), fields=['changed_at'], name='usage_withdrawal_open'),
        ),
    ]
