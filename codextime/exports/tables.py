"""What of the database goes into an export, as the SQL of each file. Instants are UTC, in ISO 8601.

Texts that people typed stand in JSON, never in a CSV file: a spreadsheet takes a label such as `=1+1` for a formula.
"""

INSTANT = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


def instant(column: str) -> str:
    return f"{INSTANT.format(column)} AS {column.rpartition('.')[2]}"


TOKENS = """input_tokens, cached_input_tokens, cache_write_input_tokens, output_tokens, reasoning_output_tokens"""

CSV_FILES = {
    "calls.csv": f"""
        SELECT call_id, {instant("call.at")}, model.name AS model, {TOKENS}, source.key AS source, thread.key AS thread,
            revision, revision < 256 AS is_estimate, {instant("withdrawn_at")}
        FROM usage_call call
        LEFT JOIN usage_modelname model ON model.id = model_id
        LEFT JOIN usage_source source ON source.id = source_id
        LEFT JOIN usage_thread thread ON thread.id = thread_id
        WHERE call.user_id = %(user)s ORDER BY call.at, call_id
    """,
    "sessions.csv": "SELECT key, parent_key FROM usage_thread WHERE user_id = %(user)s ORDER BY id",
    "corrections.csv": f"""
        SELECT {instant("made_at")}, call_id, {instant("at")}, model.name AS model, tokens_before, tokens_after, reason,
            revision
        FROM usage_correction JOIN usage_modelname model ON model.id = model_id
        WHERE user_id = %(user)s ORDER BY usage_correction.made_at, usage_correction.id
    """,
    "withdrawals.csv": f"""
        SELECT {instant("made_at")}, {instant("changed_at")}, reason, state, is_replacement, is_approved, calls, tokens,
            first_on, last_on, source.key AS source
        FROM usage_withdrawalrecord record JOIN usage_source source ON source.id = source_id
        WHERE record.user_id = %(user)s ORDER BY record.id
    """,
    "replaced-readings.csv": f"""
        SELECT 'before' AS kind, call_id, {instant("at")}, model.name AS model, {TOKENS}, revision
        FROM usage_formerreading reading JOIN usage_modelname model ON model.id = model_id WHERE user_id = %(user)s
        UNION ALL
        SELECT 'waiting', call_id, {instant("at")}, model.name, {TOKENS}, revision
        FROM usage_waitingreading reading JOIN usage_modelname model ON model.id = model_id WHERE user_id = %(user)s
    """,
    "uploads.csv": f"""
        SELECT upload_id, {instant("received_at")}, device_id AS device, receipt
        FROM ingest_upload WHERE user_id = %(user)s ORDER BY ingest_upload.received_at
    """,
}

JSON_FILES = {
    "profile.json": f"""
        SELECT public_id AS user_id, email, time_zone, number_format, week_start, clock_hours, own_thresholds,
            {instant("date_joined")}, {instant("last_login")}, {instant("session_grouping_since")},
            listing.handle, {instant("listing.listed_at")}, {instant("erasure.erased_at")}
        FROM accounts_user
        LEFT JOIN boards_listing listing ON listing.user_id = accounts_user.id
        LEFT JOIN usage_usageerasure erasure ON erasure.user_id = accounts_user.id
        WHERE accounts_user.id = %(user)s
    """,
    "second-steps.json": f"""
        SELECT type, data ->> 'name' AS name, {instant("created_at")}, {instant("last_used_at")}
        FROM mfa_authenticator WHERE user_id = %(user)s ORDER BY id
    """,
    "connected-accounts.json": f"""
        SELECT provider, uid, extra_data ->> 'name' AS name, {instant("date_joined")}, {instant("last_login")}
        FROM socialaccount_socialaccount WHERE user_id = %(user)s ORDER BY id
    """,
    "sources.json": f"""
        SELECT key, label, device_id AS device, {instant("created_at")}, {instant("archived_at")}
        FROM usage_source WHERE user_id = %(user)s ORDER BY id
    """,
    "session-names.json": """
        SELECT key, name FROM usage_thread WHERE user_id = %(user)s AND name <> '' ORDER BY id
    """,
    "devices.json": f"""
        SELECT id AS device, name, token_hint, {instant("created_at")}, {instant("last_used_at")},
            {instant("revoked_at")}
        FROM devices_device WHERE user_id = %(user)s ORDER BY id
    """,
    "own-rates.json": f"""
        SELECT model, effective_from, trim_scale(input) AS input, trim_scale(cached_input) AS cached_input,
            trim_scale(output) AS output, {instant("typed_at")}
        FROM pricing_ownrate WHERE user_id = %(user)s ORDER BY pricing_ownrate.model, effective_from
    """,
    "own-credit-price.json": f"""
        SELECT trim_scale(usd_per_credit) AS usd_per_credit, {instant("typed_at")}
        FROM pricing_owncreditprice WHERE user_id = %(user)s
    """,
    "teams.json": f"""
        SELECT team.name AS team, team.slug AS address, role, membership.name, {instant("joined_at")}
        FROM teams_membership membership JOIN teams_team team ON team.id = team_id
        WHERE user_id = %(user)s ORDER BY membership.id
    """,
    "seats.json": f"""
        SELECT team.name AS team, label, starts_on, ends_on, keeps_past, {instant("seat.created_at")}, (
            SELECT json_agg(source.key ORDER BY source.id) FROM teams_seatsource of_seat
            JOIN usage_source source ON source.id = source_id WHERE of_seat.seat_id = seat.id
        ) AS sources
        FROM teams_seat seat JOIN teams_team team ON team.id = team_id WHERE user_id = %(user)s ORDER BY seat.id
    """,
    "team-invitations.json": f"""
        SELECT team.name AS team, email, role, {instant("invitation.created_at")}, {instant("expires_at")},
            {instant("revoked_at")}, {instant("accepted_at")}
        FROM teams_invitation invitation JOIN teams_team team ON team.id = team_id
        WHERE made_by_id = %(user)s ORDER BY invitation.id
    """,
    "team-log.json": f"""
        SELECT team.name AS team, {instant("at")}, action, subject, detail
        FROM teams_auditentry entry JOIN teams_team team ON team.id = team_id
        WHERE actor_id = %(user)s ORDER BY entry.id
    """,
    "read-tokens.json": f"""
        SELECT name, token_hint, {instant("created_at")}, {instant("last_used_at")}, {instant("revoked_at")}
        FROM programs_readtoken WHERE user_id = %(user)s ORDER BY id
    """,
    "saved-views.json": f"""
        SELECT name, query, {instant("created_at")} FROM dashboard_savedview WHERE user_id = %(user)s ORDER BY id
    """,
}

README = """Everything that this server stores for your account.

calls.csv              one line for each model call. tokens = input + output: cached and cache write are parts of the
                       input, reasoning is a part of the output. A call with withdrawn_at counts nowhere; one without
                       at was withdrawn so long ago that only its id is left.
sessions.csv           the hashes of sessions, if you group calls by session
corrections.csv        every change of a stored call: tokens before and after, and why
withdrawals.csv        what machines took back or lowered, and what became of it
replaced-readings.csv  what calls said before they were lowered, for 30 days, and lower readings that wait for you
uploads.csv            the uploads that are remembered, each with its receipt
own-rates.json, own-credit-price.json
                       what you price your calls with, in USD per million tokens and per credit
profile.json, sources.json, session-names.json, devices.json, read-tokens.json, saved-views.json
                       your account, your Codex homes, your machines, your programs and the lists of calls that you
                       saved, with what you typed
teams.json, seats.json, team-invitations.json, team-log.json
                       the teams that you are in, what you share with them, whom you invited and what you did there
connected-accounts.json
                       accounts elsewhere that sign you in
second-steps.json      your authenticator app, passkeys and recovery codes: since when, and when last used

Instants are UTC. Your password and the tokens of machines and programs are stored as hashes only and are not in here,
nor is what your authenticator app, passkeys and recovery codes are checked with.
"""
