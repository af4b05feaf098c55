from django.db import migrations, models

# The same table in fewer bytes: 193 a call with its indexes in place of 210 (docs/scale.md). A user's id, and what a
# model wrote, fit into four bytes, and the columns stand so that none is padded. The user's id is the key of the
# partitions, which no ALTER changes; so the rows move.
MAKE_TABLE = """
CREATE TABLE usage_narrow (
    user_id integer NOT NULL,
    source_id integer,
    call_id uuid NOT NULL,
    at timestamptz,
    input_tokens bigint NOT NULL,
    cached_input_tokens bigint NOT NULL,
    cache_write_input_tokens bigint NOT NULL,
    output_tokens integer NOT NULL,
    reasoning_output_tokens integer NOT NULL,
    model_id integer,
    revision smallint NOT NULL,
    former_revision smallint,
    thread_id integer,
    withdrawn_at timestamptz,
    withdrawal_id bigint,
    kept_revision smallint,
    CONSTRAINT usage_call_tokens_not_negative CHECK (
        output_tokens >= 0 AND cached_input_tokens >= 0
        AND cache_write_input_tokens >= 0 AND reasoning_output_tokens >= 0
    ),
    CONSTRAINT usage_call_parts_within_whole CHECK (
        cached_input_tokens <= input_tokens AND cache_write_input_tokens <= input_tokens
        AND reasoning_output_tokens <= output_tokens
    ),
    CONSTRAINT usage_call_revision CHECK (revision BETWEEN 1 AND 511),
    CONSTRAINT usage_call_is_known CHECK (
        withdrawn_at IS NOT NULL OR (at IS NOT NULL AND source_id IS NOT NULL AND model_id IS NOT NULL)
    )
) PARTITION BY HASH (user_id)
"""
PARTITIONS = range(16)
COLUMNS = """user_id, source_id, call_id, at, input_tokens, cached_input_tokens, cache_write_input_tokens, output_tokens,
    reasoning_output_tokens, model_id, revision, former_revision, thread_id, withdrawn_at, withdrawal_id, kept_revision"""
# The indexes come after the rows, and by their own names: those of the old table are gone by then.
MAKE_INDEXES = [
    "ALTER TABLE usage_call ADD PRIMARY KEY (user_id, call_id)",
    "CREATE INDEX usage_call_user_at ON usage_call (user_id, at)",
    "CREATE INDEX usage_call_withdrawal ON usage_call (user_id, withdrawal_id) WHERE withdrawal_id IS NOT NULL",
    "CREATE INDEX usage_call_user_thread_at ON usage_call (user_id, thread_id, at) WHERE thread_id IS NOT NULL",
]
MOVE_ROWS = [
    MAKE_TABLE,
    *(
        f"CREATE TABLE usage_narrow_{part} PARTITION OF usage_narrow FOR VALUES WITH (MODULUS 16, REMAINDER {part})"
        for part in PARTITIONS
    ),
    f"INSERT INTO usage_narrow ({COLUMNS}) SELECT {COLUMNS} FROM usage_call",
    "DROP TABLE usage_call",
    "ALTER TABLE usage_narrow RENAME TO usage_call",
    *(f"ALTER TABLE usage_narrow_{part} RENAME TO usage_call_{part}" for part in PARTITIONS),
    *MAKE_INDEXES,
]


class Migration(migrations.Migration):
    is_safe_because = "no release came before it; uploads wait while it copies"

    dependencies = [("usage", "0015_readers_of_rebuilt_dates")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL([*MOVE_ROWS], migrations.RunSQL.noop)],
            state_operations=[
                migrations.AlterField("call", "output_tokens", models.IntegerField()),
                migrations.AlterField("call", "reasoning_output_tokens", models.IntegerField()),
            ],
        )
    ]
