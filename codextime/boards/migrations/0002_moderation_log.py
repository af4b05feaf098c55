from django.db import migrations

# New lines only. What may change is that an erased account is no longer named.
TAKE_NEW_LINES_ONLY = """
CREATE FUNCTION boards_moderation_log_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.id, NEW.action, NEW.reason, NEW.made_at) = (OLD.id, OLD.action, OLD.reason, OLD.made_at)
        AND NEW."on" IS NOT DISTINCT FROM OLD."on"
        AND (NEW.user_id IS NULL OR NEW.user_id IS NOT DISTINCT FROM OLD.user_id)
        AND (NEW.moderator_id IS NULL OR NEW.moderator_id IS NOT DISTINCT FROM OLD.moderator_id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A line of the moderation log stays as it is.';
END $$;
CREATE TRIGGER boards_moderation_log_stays BEFORE UPDATE OR DELETE ON boards_moderationevent
    FOR EACH ROW EXECUTE FUNCTION boards_moderation_log_stays();
"""
TAKE_ANYTHING = """
DROP TRIGGER boards_moderation_log_stays ON boards_moderationevent;
DROP FUNCTION boards_moderation_log_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("boards", "0001_initial")]

    operations = [migrations.RunSQL(TAKE_NEW_LINES_ONLY, TAKE_ANYTHING)]
