"""Reads for the pages about machines and pairing."""

from datetime import datetime

from django.db.models import F, QuerySet

from codextime.accounts.models import User
from codextime.devices.codes import hash_user_code
from codextime.devices.models import Device, Pairing


def list_devices(*, user: User) -> QuerySet[Device]:
    """The user's machines, the newest first; then those that were revoked, the last one first."""
    return Device.objects.filter(user=user).order_by(F("revoked_at").desc(nulls_first=True), "-created_at", "-pk")


def suggest_name(*, user: User) -> str:
    """`Machine 2` for somebody who has paired one machine before."""
    return f"Machine {list_devices(user=user).count() + 1}"


def find_pairing_by_user_code(*, user_code: str, now: datetime) -> Pairing | None:
    """The pairing behind a typed code, or `None` if there is none that can still be decided."""
    pairing = Pairing.objects.filter(user_code_hash=hash_user_code(user_code)).first()
    return pairing if pairing and pairing.is_open(now) else None
