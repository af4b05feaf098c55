"""The one predicate for what is public. Whatever shows something of an account to others goes through it."""

from django.db.models import QuerySet

from codextime.boards.models import HiddenAccount, Listing


def public_listings() -> "QuerySet[Listing]":
    """The listings that anybody may see: of active accounts that switched the leaderboard on and are not hidden."""
    return Listing.objects.filter(user__is_active=True).exclude(user__in=HiddenAccount.objects.values("user"))


def public_listings_sql() -> str:
    """The same as SQL without parameters, with the columns `number`, `user_id` and `handle`."""
    sql, _ = public_listings().values("number", "user_id", "handle").query.sql_with_params()
    return f"({sql})"
