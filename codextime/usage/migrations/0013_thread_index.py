from django.db import migrations, models

# A partitioned table has no index that is built beside its work: each partition's is, and then joins the one of the
# table. Dropped first, as an attempt that failed leaves some that are no good.
MAKE_INDEX = [
    "DROP INDEX IF EXISTS usage_call_user_thread_at",
    "CREATE INDEX usage_call_user_thread_at ON ONLY usage_call (user_id, thread_id, at)"
    " WHERE thread_id IS NOT NULL",
    *(
        statement.format(part=part)
        for part in range(16)
        for statement in (
            "DROP INDEX CONCURRENTLY IF EXISTS usage_call_{part}_user_thread_at",
            "CREATE INDEX CONCURRENTLY usage_call_{part}_user_thread_at ON usage_call_{part} (user_id, thread_id, at)"
            " WHERE thread_id IS NOT NULL",
            "ALTER INDEX usage_call_user_thread_at ATTACH PARTITION usage_call_{part}_user_thread_at",
        )
    ),
]
DROP_INDEX = "DROP INDEX usage_call_user_thread_at"

# The totals of the threads that are there already: a worker makes them with the next sweep.
MARK_GROUPED = """
INSERT INTO usage_dirtydate (user_id, "on", marked_at)
SELECT DISTINCT user_id, utc_on, now() FROM usage_day WHERE user_id IN (SELECT user_id FROM usage_thread)
"""


class Migration(migrations.Migration):
    atomic = False
    is_safe_because = "partition by partition, it builds the index concurrently; marks are only added"

    dependencies = [("usage", "0013_threads")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL([*MAKE_INDEX], DROP_INDEX)],
            state_operations=[
                migrations.AddIndex(
                    "call",
                    models.Index(
                        fields=["user", "thread", "at"],
                        condition=models.Q(thread__isnull=False),
                        name="usage_call_user_thread_at",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(MARK_GROUPED, migrations.RunSQL.noop),
    ]
