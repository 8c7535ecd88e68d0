"""Staff's view of people and the ledger; history is read only, balances move by the ledger alone."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from accounts.models import LedgerEntry, User, Wallet
from core.admin import ReadOnlyAdmin


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
        """Wallet and ledger, which nobody may delete by themselves, go with their person."""
        listed, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return listed, counts, lacking - {model._meta.verbose_name for model in (Wallet, LedgerEntry)}, protected

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and obj != request.user


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "wallet", "kind", "amount", "balance_after", "reference"]
    list_filter = ["kind", "created_at"]
    search_fields = ["wallet__user__email", "reference", "key"]
    list_select_related = ["wallet__user"]
    date_hierarchy = "created_at"


@admin.register(Wallet)
class WalletAdmin(ReadOnlyAdmin):
    list_display = ["user", "balance"]
    search_fields = ["user__email"]
    list_select_related = ["user"]
