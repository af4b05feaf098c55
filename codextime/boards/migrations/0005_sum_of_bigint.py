"""`sum(bigint)` adds in memory of its own for each sum, so that 15 sums of 100,000 people do not fit into a processor's
cache. This one adds bigints to a bigint in place, and raises "out of range" where that does not hold the sum."""

from django.db import migrations

MAKE = "CREATE AGGREGATE sum_of_bigint (bigint) (SFUNC = int8pl, STYPE = bigint, COMBINEFUNC = int8pl, PARALLEL = SAFE)"
DROP = "DROP AGGREGATE sum_of_bigint (bigint)"


class Migration(migrations.Migration):
    dependencies = [("boards", "0004_more_limits")]

    operations = [migrations.RunSQL(MAKE, DROP)]
