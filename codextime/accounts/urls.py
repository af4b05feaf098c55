"""Sign-in links and invitations; the rest of `/accounts/` is django-allauth's."""

from django.urls import path

from codextime.accounts import views

urlpatterns = [
    path("sign-in/<str:token>", views.sign_in, name="sign_in"),
    path("invitation/<str:token>", views.open_invitation, name="invitation"),
]
