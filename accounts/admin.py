"""Staff's view of people and the ledger; history is read only, balances move by the ledger alone."""

from typing import cast

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest

from accounts import keys
from accounts.forms import AdminSignInForm
from accounts.models import ApiKey, LedgerEntry, RememberedAnswer, SignIn, User, Wallet
from core.actor import Actor
from core.admin import ProductAdmin, ReadOnlyAdmin

admin.site.login_form = AdminSignInForm


class MinimumCreditsFilter(admin.SimpleListFilter):
    title = "credits"
    parameter_name = "min_credits"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("1", "At least 1"), ("5", "At least 5"), ("15", "At least 15"), ("100", "At least 100")]

    def queryset(self, request: HttpRequest, queryset):  # type: ignore[no-untyped-def]
        value = self.value()
        return queryset.filter(wallet__balance__gte=int(value)) if value and value.isdigit() else queryset


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    list_display = ["email", "username", "full_name", "balance", "is_staff", "is_active", "date_joined"]
    list_filter = [MinimumCreditsFilter, "is_staff", "is_superuser", "is_active", "date_joined"]
    search_fields = ["email", "username", "full_name", "id"]
    ordering = ["-date_joined"]
    list_per_page = ProductAdmin.list_per_page
    show_full_result_count = False
    list_select_related = ["wallet"]
    readonly_fields = ["id", "balance", "last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["id", "email", "username", "full_name", "password"]}),
        ("Credits", {"fields": ["balance"]}),
        ("Rights", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "username", "password1", "password2"]})]

    @admin.display(description="credits", ordering="wallet__balance")
    def balance(self, person: User) -> int:
        return person.wallet.balance

    def save_model(self, request: HttpRequest, obj: User, form: object, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            Wallet.objects.create(user=obj)

    def get_deleted_objects(self, objs, request: HttpRequest):  # type: ignore[no-untyped-def]
        """What is a person's alone, and nobody may delete by itself, goes with them."""
        listed, counts, lacking, protected = super().get_deleted_objects(objs, request)
        theirs = {model._meta.verbose_name for model in (Wallet, LedgerEntry, SignIn, ApiKey, RememberedAnswer)}
        return listed, counts, lacking - theirs, protected

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and obj != request.user


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
