"""The settings' page of read tokens."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from codextime.accounts.requests import SignedInRequest
from codextime.accounts.services import AccountBeingErased
from codextime.programs import access, services
from codextime.programs.forms import TokenForm
from codextime.programs.selectors import list_read_tokens


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def read_tokens(request: SignedInRequest) -> HttpResponse:
    """The list; by POST a new one, whose text stands on the answer and nowhere else."""
    if request.method != "POST":
        return show(request, TokenForm())
    form = TokenForm(request.POST)
    if not form.is_valid():
        return show(request, form, status=HTTPStatus.BAD_REQUEST)
    try:
        text = services.make_read_token(user=request.user, name=form.cleaned_data["name"], now=timezone.now())[1]
    except services.TooManyReadTokens:
        text = _("You have %(count)s tokens: revoke one that is not used any more.")
        form.add_error("name", text % {"count": services.MOST_TOKENS})
        return show(request, form, status=HTTPStatus.BAD_REQUEST)
    except AccountBeingErased:
        form.add_error("name", _("Your account is going to be erased. To make a token, keep it first, under Settings."))
        return show(request, form, status=HTTPStatus.BAD_REQUEST)
    return show(request, TokenForm(), text=text)


@require_POST
@login_required
def revoke_read_token(request: SignedInRequest, token_id: int) -> HttpResponse:
    try:
        token = access.get_own_token(user=request.user, token_id=token_id)
    except access.ReadTokenNotFound:
        raise Http404 from None
    services.revoke_read_token(token=token, now=timezone.now())
    messages.success(request, _("“%(name)s” cannot read any more.") % {"name": token.name})
    return redirect("read_tokens")


def show(request: SignedInRequest, form: TokenForm, text: str = "", status: int = HTTPStatus.OK) -> HttpResponse:
    context = {"form": form, "text": text, "tokens": list(list_read_tokens(user=request.user))}
    return render(request, "programs/tokens.html", context, status=status)
