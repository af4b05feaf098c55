from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False  # rows are checked without the lock that adding takes

    dependencies = [("accounts", "0007_machines")]

    operations = [
        AddConstraintNotValid(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=Q(is_machine=False) | Q(is_active=False, is_staff=False, is_superuser=False),
                name="accounts_machine_signs_in_nowhere",
            ),
        ),
        ValidateConstraint(model_name="user", name="accounts_machine_signs_in_nowhere"),
    ]
