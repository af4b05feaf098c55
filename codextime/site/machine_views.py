"""What crawlers and finders of security holes ask for: texts under addresses that others fixed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from codextime.site import selectors
from codextime.site.caching import public_page


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    """RFC 9309."""
    return plain_text(selectors.make_robots_txt())


@public_page
def security(request: HttpRequest) -> HttpResponse:
    """RFC 9116; where there is nobody to name, there is no file."""
    text = selectors.find_security_txt(now=timezone.now())
    if text is None:
        raise Http404
    return plain_text(text)


@require_safe
@never_cache  # so that a board which everybody left is named by no copy
def sitemap(request: HttpRequest) -> HttpResponse:
    """The format of sitemaps.org."""
    return render(request, "site/sitemap.xml", {"pages": selectors.get_site_map()}, content_type="application/xml")


@public_page
def favicon(request: HttpRequest) -> HttpResponse:
    """For who asks for it without having read a page, which names the icon itself."""
    return redirect(static("img/favicon.ico"))


def plain_text(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
