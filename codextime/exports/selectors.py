"""What pages ask about exports."""

from codextime.accounts.models import User
from codextime.exports.models import Export


def find_export(*, user: User) -> Export | None:
    """The export of the user, made or not."""
    return Export.objects.filter(user=user).first()
