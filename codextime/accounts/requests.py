"""The request of somebody who is signed in, for views behind `login_required`."""

from django.http import HttpRequest

from codextime.accounts.models import User


class SignedInRequest(HttpRequest):
    user: User
