"""Whose machine is it."""

from codextime.accounts.models import User
from codextime.devices.models import Device


class DeviceNotFound(LookupError):
    """There is no such machine, or it is somebody else's: nobody learns which."""


def get_own_device(*, user: User, device_id: int) -> Device:
    try:
        return Device.objects.get(user=user, pk=device_id)
    except Device.DoesNotExist:
        raise DeviceNotFound from None
