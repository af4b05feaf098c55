from django.db import migrations

# A team deletes its lines, and a source its place in seats, by the database: who deletes them knows nothing of these.
GO_WITH_OTHERS = """
ALTER TABLE teams_auditentry ADD CONSTRAINT teams_auditentry_team
    FOREIGN KEY (team_id) REFERENCES teams_team (id) ON DELETE CASCADE;
ALTER TABLE teams_seatsource ADD CONSTRAINT teams_seatsource_source
    FOREIGN KEY (source_id) REFERENCES usage_source (id) ON DELETE CASCADE;
"""
STAY = """
ALTER TABLE teams_auditentry DROP CONSTRAINT teams_auditentry_team;
ALTER TABLE teams_seatsource DROP CONSTRAINT teams_seatsource_source;
"""

# New lines only. They go when their team is gone, and lose the name of an account that is erased.
TAKE_NEW_LINES_ONLY = """
CREATE FUNCTION teams_audit_log_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM teams_team WHERE id = OLD.team_id) THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.id, NEW.team_id, NEW.at, NEW.action) = (OLD.id, OLD.team_id, OLD.at, OLD.action)
        AND (NEW.actor_id IS NULL OR NEW.actor_id IS NOT DISTINCT FROM OLD.actor_id)
        AND (NEW.about_id IS NULL OR NEW.about_id IS NOT DISTINCT FROM OLD.about_id)
        AND (NEW.actor_name, NEW.subject) = (OLD.actor_name, OLD.subject)
        AND (NEW.actor_id, NEW.about_id) IS DISTINCT FROM (OLD.actor_id, OLD.about_id)
    THEN
        IF NEW.actor_id IS DISTINCT FROM OLD.actor_id THEN
            NEW.actor_name := '';
        END IF;
        IF NEW.about_id IS DISTINCT FROM OLD.about_id THEN
            NEW.subject := '';
        END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A line of a team''s audit log stays as it is.';
END $$;
CREATE TRIGGER teams_audit_log_stays BEFORE UPDATE OR DELETE ON teams_auditentry
    FOR EACH ROW EXECUTE FUNCTION teams_audit_log_stays();
"""
TAKE_ANYTHING = """
DROP TRIGGER teams_audit_log_stays ON teams_auditentry;
DROP FUNCTION teams_audit_log_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("teams", "0001_initial")]

    is_safe_because = "the tables are as new as the migration before this one; the lock of usage_source is a moment's"

    operations = [
        migrations.RunSQL(GO_WITH_OTHERS, STAY),
        migrations.RunSQL(TAKE_NEW_LINES_ONLY, TAKE_ANYTHING),
    ]
