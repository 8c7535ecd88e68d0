"""Pages of the account."""

from copy import copy
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts import credits, keys, passwords, queries, sent_forms, services
from accounts.credits import Cost
from accounts.forms import (
    ApiKeyForm,
    ApiKeyNameForm,
    NewPasswordForm,
    PasswordChangeForm,
    PasswordResetForm,
    ProfileForm,
    SignInForm,
)
from accounts.models import ApiKey
from core.actor import Actor, Scope
from core.errors import InvalidInput, NotFound, ProductError
from core.http.errors import add_to_form, form_page
from core.http.lists import listing

SENT_TWICE = (
    "That was sent twice, and one key made. It stood in the first answer only: if you did not see it, revoke it and "
    "make another."
)
COST_LABELS = {Cost.TRAIN: "A training", Cost.PREDICT: "A prediction call"}


class SignInView(auth.LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 400
        return response


def password_reset(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail; the answer is the same whoever has the address."""
    form = PasswordResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        passwords.request_reset(**form.cleaned_data)
        return redirect(f"{reverse('accounts:password_reset')}?sent")
    return form_page(request, "accounts/password_reset.html", form, is_sent="sent" in request.GET)


@never_cache
def password_reset_confirm(request: HttpRequest, uid: UUID, token: str) -> HttpResponse:
    """Choose a new password by a mailed link.

    The token stays in the address: this page loads nothing from another host and the referrer policy names it to
    none, it is answered once and for an hour only. (`no-referrer` would make browsers send the form as from nowhere.)
    """
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            passwords.reset(uid=uid, token=token, **form.cleaned_data)
        except InvalidInput as error:
            if error.attr in form.fields:  # of a dead link the page tells without the form
                add_to_form(form, error)
        else:
            messages.success(request, "Your password is changed. Sign in with the new one.")
            return redirect("accounts:sign_in")
    is_live = passwords.is_live(uid=uid, token=token)
    return form_page(request, "accounts/password_reset_confirm.html", form, is_live=is_live)


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    person = Actor.of(request).user
    form = ProfileForm(request.POST or None, instance=copy(person))  # the page around it shows what is saved
    if request.method == "POST" and form.is_valid():
        try:
            services.update_profile(actor=Actor.of(request), **form.cleaned_data)
        except ProductError as error:
            add_to_form(form, error)
        else:
            messages.success(request, "Your profile is saved.")
            return redirect("accounts:profile")
    return form_page(request, "accounts/profile.html", form, account=person, crumbs=[{"label": "Profile"}])


@login_required
def password_change(request: HttpRequest) -> HttpResponse:
    form = PasswordChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actor = Actor.of(request)
        try:
            passwords.change(actor=actor, **form.cleaned_data)
        except ProductError as error:
            add_to_form(form, error)
        else:
            update_session_auth_hash(request, actor.user)  # this browser stays signed in, others do not
            messages.success(request, "Your password is changed. Other devices have been signed out.")
            return redirect("accounts:profile")
    crumbs = [{"label": "Profile", "url": "/account"}, {"label": "Password"}]
    return form_page(request, "accounts/password_change.html", form, crumbs=crumbs)


@login_required
def credit_history(request: HttpRequest) -> HttpResponse:
    if not settings.CREDITS_ENABLED:
        raise NotFound
    person = Actor.of(request).user
    entries = listing(
        request,
        queries.ledger_of(person),
        search=["reference"],
        sorts={"created_at": "created_at", "amount": "amount"},
        default="-created_at",
    )
    context = {
        **entries.context(),
        "balance": credits.balance_of(person),
        "costs": [
            {"label": COST_LABELS[cost], "credits": amount, "unit": "credit" if amount == 1 else "credits"}
            for cost, amount in credits.costs().items()
        ],
        "crumbs": [{"label": "Credits"}],
    }
    return render(request, "accounts/credits.html", context)


@login_required
@never_cache
def key_list(request: HttpRequest) -> HttpResponse:
    """The person's API keys, and the form that makes one; the new key stands in the answer to it, and only there."""
    actor, made = Actor.of(request), None
    form = ApiKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = _made_once(request, form)
        except ProductError as error:
            add_to_form(form, error)
        else:
            if made is None:
                messages.warning(request, SENT_TWICE)
                return redirect("accounts:keys")
    found = listing(
        request,
        queries.keys_of(actor),
        search=["name", "prefix"],
        sorts={"created_at": "created_at", "name": "name"},
        default="-created_at",
    )
    found.page_obj.object_list = [_key_row(key) for key in found.page_obj]
    context = {
        **found.context(),
        "made": made,
        "showing": sent_forms.new_showing(),
        "crumbs": [{"label": "API keys"}],
    }
    if made:
        return render(request, "accounts/keys.html", {**context, "form": ApiKeyForm()})
    return form_page(request, "accounts/keys.html", form, **context)


def _made_once(request: HttpRequest, form: ApiKeyForm) -> dict[str, str] | None:
    """The new key; None where this form has made one before, which nobody can tell again."""
    made: dict[str, str] = {}

    def make() -> str:
        key, raw = keys.create(actor=Actor.of(request), **form.wish)
        made.update(name=key.name, key=raw, curl=_curl(request, key, raw))
        return str(key.pk)

    sent_forms.done_once(request, make)
    return made or None


def _key_row(key: ApiKey) -> dict[str, Any]:
    state, kind = "Active", "active"
    if key.has_expired:
        state, kind = "Expired", "deprecated"
    if key.is_revoked:
        state, kind = "Revoked", "archived"
    return {
        "id": key.pk,
        "name": key.name,
        "prefix": key.prefix,
        "scopes": key.scopes,
        "last_used_at": key.last_used_at,
        "expires_at": key.expires_at,
        "state": state,
        "state_kind": kind,
        "is_revoked": key.is_revoked,
    }


def _curl(request: HttpRequest, key: ApiKey, raw: str) -> str:
    """A call that this key may make, ready to be run."""
    calls = {
        Scope.READ: "projects",
        Scope.PREDICT: "models/MODEL_ID/predict -H 'Content-Type: application/json' -d '{\"features\": {}}'",
        Scope.WRITE: "workspaces -H 'Content-Type: application/json' -d '{\"name\": \"Lab\"}'",
    }
    call, *rest = next(call for scope, call in calls.items() if scope in key.scopes).split(" ", 1)
    return " \\\n  ".join([f"curl {request.build_absolute_uri('/api/')}{call}", f"-H 'X-API-Key: {raw}'", *rest])


@login_required
def key_detail(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Rename a key."""
    actor = Actor.of(request)
    key = queries.api_key(actor, key_id)
    form = ApiKeyNameForm(request.POST or None, initial={"name": key.name})
    if request.method == "POST" and form.is_valid():
        try:
            keys.rename(actor=actor, key=key, **form.cleaned_data)
        except ProductError as error:
            add_to_form(form, error)
        else:
            messages.success(request, "The key is renamed.")
            return redirect("accounts:keys")
    crumbs = [{"label": "API keys", "url": reverse("accounts:keys")}, {"label": "Rename"}]
    return form_page(request, "accounts/key.html", form, key=key, crumbs=crumbs)


@login_required
def key_revoke(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Revoke after a question."""
    actor = Actor.of(request)
    key = queries.api_key(actor, key_id)
    here = reverse("accounts:keys")
    if request.method == "POST":
        keys.revoke(actor=actor, key=key)
        messages.success(request, f"“{key.name}” is revoked.")
        return redirect(here)
    context = {
        "title": f"Revoke “{key.name}”?",
        "text": "Programs that use it are refused from now on. It cannot be brought back.",
        "kept": "It stays listed, so that you can see when it was last used.",
        "action_url": reverse("accounts:key_revoke", args=[key.pk]),
        "action_label": "Revoke key",
        "cancel_url": here,
        "crumbs": [{"label": "API keys", "url": here}, {"label": "Revoke"}],
    }
    return render(request, "confirm.html", context)
