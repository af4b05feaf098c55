"""Where a session came from, for django-allauth's list of sessions."""

from django import template

from codextime.lib.clients import describe_network

register = template.Library()
register.filter("network", describe_network)
