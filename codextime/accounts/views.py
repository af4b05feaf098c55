"""Getting in without a password: sign-in links and invitations."""

from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from codextime.accounts import selectors, services
from codextime.accounts.access import INVITATION_IN_SESSION
from codextime.accounts.returning import find_remembered_page


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """Shows a button; only pressing it uses the link up, as browsers and messengers open links to preview them."""
    answer = press_sign_in(request, token) if request.method == "POST" else show_sign_in(request, token)
    # The address is a secret: other pages and sites get the origin only. (`no-referrer` would also hide the origin
    # that the CSRF check of the button's form needs.)
    answer["Referrer-Policy"] = "strict-origin"
    return answer


def show_sign_in(request: HttpRequest, token: str) -> HttpResponse:
    if not selectors.is_login_link_open(token=token, now=timezone.now()):
        return render(request, "account/sign_in_link_spent.html", status=410)
    return render(request, "account/sign_in_link.html")


def press_sign_in(request: HttpRequest, token: str) -> HttpResponse:
    try:
        user = services.use_login_link(token=token, now=timezone.now())
    except services.LoginLinkSpent:
        return render(request, "account/sign_in_link_spent.html", status=410)
    page = find_remembered_page(request)
    answer: HttpResponse = perform_login(request, user, email_verification="none", redirect_url=page)
    return answer


@require_safe
@never_cache
def open_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Remembers the invitation in the session and goes on to the sign-up page, whose address holds no secret."""
    invitation = selectors.find_open_invitation(token=token, now=timezone.now())
    if invitation is None:
        return render(request, "account/invitation_spent.html", status=410)
    request.session[INVITATION_IN_SESSION] = token
    return redirect("account_signup")
