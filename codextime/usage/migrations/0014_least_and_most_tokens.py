from django.db import migrations, models

import codextime.usage.fields

# Of totals that are there already, a worker finds them out with the next sweep.
MARK_ALL = """
INSERT INTO usage_dirtydate (user_id, "on", marked_at) SELECT DISTINCT user_id, utc_on, now() FROM usage_day
"""


class Migration(migrations.Migration):
    is_safe_because = "columns that may be null are added at once, and marks are only inserted: nothing waits for either"

    dependencies = [("usage", "0013_thread_index")]

    operations = [
        *(
            migrations.AddField(table, column, codextime.usage.fields.TokenBoundField(null=True))
            for table in ("slot", "day")
            for column in ("least_tokens", "most_tokens")
        ),
        migrations.AddField("day", "exact_calls", models.IntegerField(null=True)),
        migrations.RunSQL(MARK_ALL, migrations.RunSQL.noop),
    ]
