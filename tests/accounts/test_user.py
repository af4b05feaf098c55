import pytest
from django.core.exceptions import ValidationError

from codextime.accounts.models import User


@pytest.mark.django_db
def test_a_new_user_gets_an_opaque_id_that_no_subcommand_can_be() -> None:
    user = User.objects.create_user("Ada@Example.org", "correct horse battery")

    stored = User.objects.get(email="ada@example.org")
    assert stored.public_id == user.public_id
    assert stored.public_id.startswith("u_")
    assert len(stored.public_id) == 16


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", ""])
def test_a_time_zone_that_does_not_exist_is_refused(name: str) -> None:
    user = User(email="ada@example.org", time_zone=name)

    with pytest.raises(ValidationError) as refused:
        user.full_clean(exclude=["password"])

    assert "time_zone" in refused.value.message_dict
