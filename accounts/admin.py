"""Staff's view of people and the ledger; history is read only, balances move by the ledger alone."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts import keys, passwords, staff
from accounts.forms import AdminSignInForm, GrantForm, NewPersonForm
from accounts.models import ApiKey, LedgerEntry, RememberedAnswer, SignIn, User, Wallet
from core.actor import Actor
from core.admin import ProductAdmin, ReadOnlyAdmin
from core.errors import ProductError
from core.templatetags.format import plural

admin.site.login_form = AdminSignInForm


class MinimumCreditsFilter(admin.SimpleListFilter):
    """A few usual amounts, and a field for any other."""

    title = "credits"
    parameter_name = "min_credits"
    template = "admin/minimum_credits_filter.html"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("1", "At least 1"), ("5", "At least 5"), ("15", "At least 15"), ("100", "At least 100")]

    def queryset(self, request: HttpRequest, queryset):  # type: ignore[no-untyped-def]
        value = self.value()
        return queryset.filter(wallet__balance__gte=int(value)) if value and value.isdecimal() else queryset

    def choices(self, changelist: Any) -> Iterator[Any]:
        others = changelist.get_filters_params().items()
        kept = [(name, value) for name, values in others if name != self.parameter_name for value in values]
        yield {"typed": self.value() or "", "kept": kept}
        yield from super().choices(changelist)


@admin.register(User)
class PersonAdmin(ProductAdmin, UserAdmin):  # type: ignore[type-arg]
    """People. Nobody sets another one's password, and balances move by the ledger alone.

    Deleting is left to the roof, which knows all that hangs on a person.
    """

    add_form = NewPersonForm
    list_display = ["email", "username", "full_name", "balance", "is_staff", "is_active", "date_joined"]
    list_filter = [MinimumCreditsFilter, "is_staff", "is_superuser", "is_active", "date_joined"]
    search_fields = ["email", "username", "full_name", "id"]
    ordering = ["-date_joined"]
    list_select_related = ["wallet"]
    readonly_fields = ["id", "balance", "is_active", "last_login", "date_joined"]
    rights = ["is_staff", "is_superuser", "groups", "user_permissions"]
    fieldsets = [
        (None, {"fields": ["id", "email", "username", "full_name"]}),
        ("Credits", {"fields": ["balance"]}),
        (
            "Rights",
            {
                "fields": ["is_active", *rights],
                "description": "To shut somebody out, choose “Deactivate” in the list of people.",
            },
        ),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "username", "full_name"]})]
    actions = ["grant_credits", "send_reset_link", "deactivate", "activate"]

    def get_urls(self) -> list[Any]:
        return admin.ModelAdmin.get_urls(self)  # without the page that sets a password

    @admin.display(description="credits", ordering="wallet__balance")
    def balance(self, person: User) -> int:
        return person.wallet.balance

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Superusers alone give rights, and nobody their own: so one superuser always stays."""
        fixed = not request.user.is_superuser or obj == request.user
        return [*self.readonly_fields, *(self.rights if fixed else [])]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj == request.user or staff.may_change(Actor.of(request), obj))

    def has_grant_permission(self, request: HttpRequest) -> bool:
        return staff.may(Actor.of(request), staff.GRANT_CREDITS)

    def save_model(self, request: HttpRequest, obj: User, form: object, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            Wallet.objects.create(user=obj)
            passwords.send_reset_link(person=obj)

    @admin.action(description="Grant credits to selected people", permissions=["grant"])
    def grant_credits(self, request: HttpRequest, chosen: QuerySet[User]) -> HttpResponse | None:
        """Ask for amount and reason first."""
        form = GrantForm(request.POST if "amount" in request.POST else None)
        if not form.is_valid():
            return self.ask(request, chosen, action="grant_credits", title="Grant credits", form=form)
        for person in chosen.order_by("pk"):
            self.tell(
                request,
                person,
                f"{plural(form.cleaned_data['amount'], 'credit')} granted",
                partial(staff.grant_credits, **form.cleaned_data),
            )
        return None

    @admin.action(description="Send selected people a password reset link", permissions=["change"])
    def send_reset_link(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        for person in chosen.order_by("pk"):
            self.tell(request, person, "link sent", staff.send_reset_link)

    @admin.action(description="Deactivate selected people", permissions=["change"])
    def deactivate(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        for person in chosen.order_by("pk"):
            self.tell(request, person, "deactivated and signed out everywhere", staff.deactivate)

    @admin.action(description="Activate selected people", permissions=["change"])
    def activate(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        for person in chosen.order_by("pk"):
            self.tell(request, person, "active", staff.activate)

    def tell(
        self, request: HttpRequest, person: User, done: str, act: Callable[..., object], *, logged: bool = True
    ) -> None:
        """Do one thing to one person, say how it went, and note it in the admin's log."""
        try:
            act(actor=Actor.of(request), person=person)
        except ProductError as error:
            self.message_user(request, f"{person.email}: {error.detail}", messages.ERROR)
        else:
            if logged:
                self.log_change(request, person, done.capitalize())
            self.message_user(request, f"{person.email}: {done}.", messages.SUCCESS)

    def ask(self, request: HttpRequest, chosen: QuerySet[User], **words: Any) -> HttpResponse:
        """A page between choosing people and doing something to them."""
        context = {**self.admin_site.each_context(request), "opts": self.opts, "people": chosen, **words}
        return TemplateResponse(request, "admin/accounts/user/ask.html", context)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "wallet", "kind", "amount", "balance_after", "reference"]
    list_filter = ["kind", "created_at"]
    search_fields = ["wallet__user__email", "reference", "key"]
    list_select_related = ["wallet__user"]


@admin.register(Wallet)
class WalletAdmin(ReadOnlyAdmin):
    list_display = ["user", "balance"]
    search_fields = ["user__email"]
    list_select_related = ["user"]


@admin.register(SignIn)
class SignInAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "user", "ended_at"]
    list_filter = ["created_at", "ended_at"]
    search_fields = ["user__email"]
    list_select_related = ["user"]


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Everybody's keys: staff may revoke one, and nobody sees what it is checked against."""

    list_display = ["prefix", "name", "user", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at"]
    list_filter = ["created_at", "expires_at", "revoked_at"]
    search_fields = ["prefix", "name", "user__email"]
    list_select_related = ["user"]
    exclude = ["digest"]
    actions = ["revoke"]

    @admin.action(description="Revoke selected API keys", permissions=["revoke"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        for key in chosen.order_by("pk"):
            keys.revoke(actor=Actor.of(request), key=key)
        self.message_user(request, "The selected keys are revoked.")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_apikey")


@admin.register(RememberedAnswer)
class RememberedAnswerAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "user", "key", "status"]
    search_fields = ["user__email", "key"]
    list_select_related = ["user"]
    exclude = ["body"]


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ReadOnlyAdmin):
    """Who failed to sign in of late, and is locked out. Deleting the attempts of a person lets them try again."""

    list_display = ["attempt_time", "username", "ip_address", "failures_since_start", "effect", "path_info"]
    fields = ["attempt_time", "username", "ip_address", "failures_since_start", "effect", "path_info", "user_agent"]
    search_fields = ["username", "ip_address"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[AccessAttempt]":
        same = AccessAttempt.objects.filter(username=OuterRef("username"), ip_address=OuterRef("ip_address"))
        together = same.order_by().values("username").annotate(all=Sum("failures_since_start")).values("all")
        attempts = super().get_queryset(request).annotate(failures_together=Subquery(together))  # of every browser
        return cast("QuerySet[AccessAttempt]", attempts)

    @admin.display(empty_value="–")
    def effect(self, attempt: AccessAttempt) -> str:
        return "Locked out" if attempt.failures_together >= settings.AXES_FAILURE_LIMIT else ""

    def has_delete_permission(self, request: HttpRequest, obj: AccessAttempt | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)
