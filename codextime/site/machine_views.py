"""What crawlers and finders of security holes ask for: texts under addresses that others fixed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from codextime.site import selectors
from codextime.site.caching import public_page
from codextime.site.pages import SITE_MAP


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    """RFC 9309."""
    return plain_text(selectors.make_robots_txt())


@public_page
def security(request: HttpRequest) -> HttpResponse:
    """RFC 9116."""
    return plain_text(selectors.make_security_txt(now=timezone.now()))


@public_page
def sitemap(request: HttpRequest) -> HttpResponse:
    """The format of sitemaps.org."""
    return render(request, "site/sitemap.xml", {"pages": SITE_MAP}, content_type="application/xml")


def plain_text(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
