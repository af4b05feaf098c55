"""Who gets an account and how somebody without a password gets in."""

import logging
import secrets
import zoneinfo
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse

from codextime.accounts import emails
from codextime.accounts.models import AccountErasure, Invitation, LoginLink, User, new_public_id
from codextime.accounts.selectors import find_open_invitation
from codextime.lib.hashing import hash_secret
from codextime.lib.reader import Habits

logger = logging.getLogger(__name__)

LOGIN_LINK_LIFETIME = timedelta(minutes=10)
INVITATION_LIFETIME = timedelta(days=7)


class LoginLinkSpent(Exception):
    """The link was used before, is older than ten minutes, or never was one."""


class SignUpIsClosed(Exception):
    """Nobody can sign up on this server, invited or not."""


class AlreadyAUser(Exception):
    """Somebody has an account with this email address."""


class AccountBeingErased(Exception):
    """Its owner asked for the account to be erased, and may still change their mind."""


def known_time_zone(name: str) -> str:
    """`name` if it is an IANA zone, otherwise UTC: a guess of the browser's or the machine's that may be wrong."""
    return name if name in zoneinfo.available_timezones() else "UTC"


@transaction.atomic
def make_owner(*, email: str, now: datetime, time_zone: str = "UTC") -> User:
    """The owner of a local server, made at the first call and only found by later ones.

    Has no password and no need to verify the address: signs in by links that `make_login_link` makes. Groups calls by
    session until they switch it off: nothing leaves their machine.
    """
    found = User.objects.filter(email=email.lower()).first()
    if found:
        return found
    owner = User.objects.create_user(
        email, time_zone=known_time_zone(time_zone), date_joined=now, session_grouping_since=now
    )
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    return owner


def make_machine_account(*, time_zone: str, now: datetime) -> User:
    """An account of a machine without a person: it is not active, so that nobody signs in to it, and its address is one
    that nobody can have (RFC 2606, section 2). `devices` lets it upload all the same."""
    public_id = new_public_id()
    return User.objects.create_user(
        f"{public_id}@machine.invalid",
        public_id=public_id,
        time_zone=time_zone,
        is_active=False,
        is_machine=True,
        date_joined=now,
    )


@transaction.atomic
def make_admin(*, email: str, now: datetime) -> User:
    """The account with this address, made if there is none, with every right; the address counts as verified."""
    admin = User.objects.filter(email=email.lower()).first() or User.objects.create_user(email, date_joined=now)
    admin.is_active = admin.is_staff = admin.is_superuser = True
    admin.save(update_fields=["is_active", "is_staff", "is_superuser"])
    EmailAddress.objects.update_or_create(user=admin, email=admin.email, defaults={"verified": True, "primary": True})
    return admin


def set_active(*, user: User, is_active: bool) -> None:
    """Whether somebody can sign in to the account and upload for it; who did stays signed in to nothing."""
    user.is_active = is_active
    user.save(update_fields=["is_active"])


def change_habits(*, user: User, habits: Habits) -> None:
    """How numbers and times are written and weeks begin on the user's own pages."""
    user.number_format, user.week_start = habits.number_format, habits.week_start
    user.clock_hours = habits.clock_hours
    user.save(update_fields=["number_format", "week_start", "clock_hours"])


def start_session_grouping(*, user: User, now: datetime) -> None:
    """From now on calls of the user may carry threads; again changes nothing. `usage` knows how to stop it."""
    User.objects.filter(pk=user.pk, session_grouping_since=None).update(session_grouping_since=now)


def make_login_link(*, user: User, now: datetime) -> str:
    """The address of a page that signs `user` in, once, within ten minutes."""
    token = secrets.token_urlsafe(32)
    LoginLink.objects.create(
        user=user, token_hash=hash_secret(token), created_at=now, expires_at=now + LOGIN_LINK_LIFETIME
    )
    return settings.BASE_URL + reverse("sign_in", args=[token])


def remove_second_steps(*, user: User) -> int:
    """Takes away every app, passkey and recovery code of somebody who has lost them; how many there were."""
    removed, _ = Authenticator.objects.filter(user=user).delete()
    return removed


@transaction.atomic
def use_login_link(*, token: str, now: datetime) -> User:
    """The user whom the link lets in; uses it up. Raises `LoginLinkSpent`."""
    link = LoginLink.objects.select_for_update(of=["self"]).filter(token_hash=hash_secret(token)).first()
    if link is None or not link.is_open(now):
        raise LoginLinkSpent
    link.used_at = now
    link.save(update_fields=["used_at"])
    return link.user


def invite(*, email: str, now: datetime) -> str:
    """The address of a page where the holder of `email` may sign up, once, within seven days.

    Raises `SignUpIsClosed` and `AlreadyAUser`.
    """
    if settings.SIGN_UP == "closed":
        raise SignUpIsClosed
    if User.objects.filter(email=email.lower()).exists():
        raise AlreadyAUser
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        email=email.lower(), token_hash=hash_secret(token), created_at=now, expires_at=now + INVITATION_LIFETIME
    )
    return settings.BASE_URL + reverse("invitation", args=[token])


def finish_sign_up(*, user: User, time_zone: str, invitation_token: str, now: datetime) -> None:
    """Keeps the zone that the browser guessed and uses up the invitation, if the user came with one."""
    user.time_zone = known_time_zone(time_zone)
    user.save(update_fields=["time_zone"])
    invitation = find_open_invitation(token=invitation_token, now=now)
    if invitation:
        invitation.used_at = now
        invitation.save(update_fields=["used_at"])


def forget_expired(*, now: datetime) -> None:
    """Deletes sessions, what was kept about them, and links, once they are of no use to anybody."""
    Session.objects.filter(expire_date__lt=now).delete()
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    UserSession.objects.filter(~Exists(alive)).delete()
    LoginLink.objects.filter(expires_at__lt=now).delete()
    Invitation.objects.filter(expires_at__lt=now).delete()


@transaction.atomic
def erase_user(*, user: User) -> None:
    """Deletes the account with its sessions, its invitation and everything that refers to it.

    Whoever stores something for the user locks their row first (FOR KEY SHARE), as a foreign key does: an upload or a
    rebuild under way is waited for, and a later one finds that nobody is there.
    """
    if User.objects.select_for_update().filter(pk=user.pk).first() is None:
        return
    keys = UserSession.objects.filter(user=user).values("session_key")
    Session.objects.filter(session_key__in=keys).delete()
    Invitation.objects.filter(email=user.email).delete()
    user.delete()


def hold_user(*, user_id: int) -> bool:
    """Until the transaction ends, the user is not erased; false if they are gone."""
    with connection.cursor() as cursor:
        # What a foreign key does at the end of a transaction; Django has no words for this lock.
        cursor.execute("SELECT 1 FROM accounts_user WHERE id = %s FOR KEY SHARE", [user_id])
        return cursor.fetchone() is not None


def hold_staying_user(*, user_id: int) -> bool:
    """As `hold_user`, for what gives an account something new: until the transaction ends nobody asks for it to be
    erased either. Raises `AccountBeingErased` if somebody did."""
    is_there = hold_user(user_id=user_id)
    if AccountErasure.objects.filter(user=user_id).exists():
        raise AccountBeingErased
    return is_there


def tell_of_erasures(*, now: datetime) -> int:
    """Mails whoever was not told yet that their account is going to be erased, and how they keep it; how many. Does
    nothing on a server without mail. While the mail server does not take one, the next turn tries again."""
    if not settings.HAS_MAIL:
        return 0
    untold = AccountErasure.objects.filter(told_at=None).values_list("user_id", flat=True)
    return sum(tell_of_erasure(user_id=user_id, now=now) for user_id in list(untold))


def tell_of_erasure(*, user_id: int, now: datetime) -> bool:
    try:
        with transaction.atomic():
            erasures = AccountErasure.objects.select_for_update(of=["self"]).select_related("user")
            erasure = erasures.filter(user=user_id, told_at=None).first()
            if erasure is None:  # it was taken back, or somebody else tells them
                return False
            erasure.told_at = now
            erasure.save(update_fields=["told_at"])
            emails.mail_erasure(user=erasure.user, due_at=erasure.due_at)
    except OSError as error:  # of which smtplib makes its own
        logger.warning("The mail about an erasure for user %s was not sent: %s", user_id, type(error).__name__)
        return False
    return True
