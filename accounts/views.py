"""Pages of the account."""

from copy import copy

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts import credits, queries, services
from accounts.credits import Cost
from accounts.forms import PasswordChangeForm, ProfileForm, SignInForm
from core.actor import Actor
from core.errors import ProductError
from core.http.errors import add_to_form
from core.http.lists import listing

COST_LABELS = {Cost.TRAIN: "A training", Cost.PREDICT: "A prediction call"}


class SignInView(auth.LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    person = Actor.of(request).user
    form = ProfileForm(request.POST or None, instance=copy(person))  # the page around it shows what is saved
    if request.method == "POST" and form.is_valid():
        services.update_profile(actor=Actor.of(request), **form.cleaned_data)
        messages.success(request, "Your profile is saved.")
        return redirect("accounts:profile")
    context = {"form": form, "account": person, "crumbs": [{"label": "Profile"}]}
    return render(request, "accounts/profile.html", context)


@login_required
def password_change(request: HttpRequest) -> HttpResponse:
    form = PasswordChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actor = Actor.of(request)
        try:
            services.change_password(actor=actor, **form.cleaned_data)
        except ProductError as error:
            add_to_form(form, error)
        else:
            update_session_auth_hash(request, actor.user)  # this browser stays signed in, others do not
            messages.success(request, "Your password is changed. Other devices have been signed out.")
            return redirect("accounts:profile")
    crumbs = [{"label": "Profile", "url": "/account"}, {"label": "Password"}]
    return render(request, "accounts/password_change.html", {"form": form, "crumbs": crumbs})


@login_required
def credit_history(request: HttpRequest) -> HttpResponse:
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
        "costs": [{"label": COST_LABELS[cost], "credits": amount} for cost, amount in credits.costs().items()],
        "crumbs": [{"label": "Credits"}],
    }
    return render(request, "accounts/credits.html", context)
