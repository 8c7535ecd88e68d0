"""Pages that belong to no app: the theme's switch, closing an account, and Django's last-resort errors."""

import sys

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.credits import balance_of
from accounts.forms import CloseAccountForm
from core import theme
from core.actor import Actor
from core.errors import ProductError, SignedOut
from core.http.errors import add_to_form, error_json, error_response, form_page, is_api
from core.http.unavailable import unavailable
from mlplatform import closing
from workspaces import members, queries

A_YEAR_S = 365 * 24 * 3600


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the choice in a cookie and go back to where the person was."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = redirect(back)
    chosen = request.POST.get("theme", "")
    if chosen in theme.THEMES:
        response.set_cookie(theme.COOKIE, chosen, max_age=A_YEAR_S, samesite="Lax", httponly=False)
    return response


@login_required
def close_account(request: HttpRequest) -> HttpResponse:
    """Say what goes and what stays, and close the account for whoever types its password."""
    actor = Actor.of(request)
    parting = queries.parting(actor.user)
    form = CloseAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            closing.close_account(actor=actor, password=form.cleaned_data["password"])
        except ProductError as error:
            add_to_form(form, error)
        else:
            logout(request)
            messages.success(request, "Your account is closed, and what was yours alone is deleted.")
            return redirect(settings.LOGIN_URL)
    context = {
        "parting": parting,
        "in_the_way": members.only_owner_of(parting.ownerless) if parting.ownerless else "",
        "balance": balance_of(actor.user) if settings.CREDITS_ENABLED else None,
        "crumbs": [{"label": "Profile", "url": "/account"}, {"label": "Close account"}],
    }
    return form_page(request, "accounts/close.html", form, **context)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, SessionInterrupted):  # signed out elsewhere while this was under way
        return error_response(request, SignedOut())
    return _refused(request, 400, "bad_request", "The request could not be read.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _refused(request, 403, "permission_denied", "This is not allowed.")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    detail = "The form had expired. Go back, load the page again and repeat."
    return _refused(request, 403, "csrf_failed", detail, page="errors/403_csrf.html")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _refused(request, 404, "not_found", "There is nothing at this address.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the exception is handled; its page must do without the database."""
    if error := unavailable(sys.exception()):
        return _refused(request, 503, error.code, error.detail)
    return _refused(request, 500, "error", "Something broke on our side.")


def _refused(request: HttpRequest, status: int, code: str, detail: str, page: str = "") -> HttpResponse:
    """The product's page; for a program, which reaches these outside DRF too, the contract's JSON."""
    if is_api(request):
        return error_json(status, code, detail)
    return render(request, page or f"errors/{status}.html", status=status)
