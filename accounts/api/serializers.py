"""Shapes of account answers and bodies."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from accounts import keys
from accounts.models import ApiKey, LedgerEntry, User
from core.actor import Scope

SCOPES = [scope.value for scope in Scope]
PRICES = {"credits_charged", "credits_refunded", "credits_left"}


class UserSerializer(serializers.ModelSerializer[User]):
    credits = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="date_joined", read_only=True)

    class Meta:
        model = User
        fields = ["id", "email", "username", "full_name", "mail_when_done", "is_staff", "credits", "created_at"]
        read_only_fields = ["id", "email", "is_staff"]

    def get_credits(self, person: User) -> int | None:
        """What is left to spend; null while credits are switched off."""
        return person.wallet.balance if settings.CREDITS_ENABLED else None


class PasswordField(serializers.CharField):
    """A password as it was typed; an endless one is refused before anything walks through its letters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, max_length=1_000, style={"input_type": "password"}, **options)

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, str) and len(data) > (self.max_length or 0):
            self.fail("max_length", max_length=self.max_length)
        return str(super().to_internal_value(data))


class RegisterSerializer(serializers.Serializer[None]):
    email = serializers.EmailField(max_length=254)
    username = serializers.CharField(max_length=150)
    password = PasswordField(write_only=True)
    full_name = serializers.CharField(max_length=150, required=False, allow_blank=True, default="")


class SignInSerializer(serializers.Serializer[None]):
    email = serializers.CharField(max_length=254)
    password = PasswordField(write_only=True)


class RefreshSerializer(serializers.Serializer[None]):
    refresh = serializers.CharField()


class TokensSerializer(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField()


class SessionSerializer(TokensSerializer):
    user = UserSerializer()


class PasswordSerializer(serializers.Serializer[None]):
    current_password = PasswordField()
    new_password = PasswordField()


class PasswordResetSerializer(serializers.Serializer[None]):
    email = serializers.EmailField(max_length=254)


class PasswordResetConfirmSerializer(serializers.Serializer[None]):
    uid = serializers.CharField(max_length=100, help_text="The first part of the mailed link")
    token = serializers.CharField(max_length=100, help_text="The last part of the mailed link")
    new_password = PasswordField()


class CreditsSerializer(serializers.Serializer[Any]):
    balance = serializers.IntegerField()
    costs = serializers.DictField(child=serializers.IntegerField(), help_text="Empty while credits are switched off")
    enabled = serializers.BooleanField()


class PricedSerializer(serializers.Serializer[Any]):
    """Leaves out what was charged and what is left while credits are switched off."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if not settings.CREDITS_ENABLED:
            fields = {name: field for name, field in fields.items() if name not in PRICES}
        return fields


class LedgerEntrySerializer(serializers.ModelSerializer[LedgerEntry]):
    class Meta:
        model = LedgerEntry
        fields = ["id", "amount", "kind", "reference", "balance_after", "created_at"]


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=SCOPES), read_only=True)
    revoked = serializers.BooleanField(source="is_revoked", read_only=True)

    class Meta:
        model = ApiKey
        fields = ["id", "name", "prefix", "scopes", "expires_at", "last_used_at", "revoked", "created_at"]
        read_only_fields = ["prefix", "expires_at", "last_used_at"]


class NewApiKeySerializer(serializers.Serializer[None]):
    name = serializers.CharField(max_length=keys.MAX_NAME_LENGTH)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=SCOPES),
        default=keys.DEFAULT_SCOPES,
        help_text="What the key may be used for: `read`, `predict` (both by default), `write`.",
    )
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="A moment in the future; without one it never expires."
    )


class MadeApiKeySerializer(ApiKeySerializer):
    key = serializers.SerializerMethodField()

    class Meta(ApiKeySerializer.Meta):
        fields = [*ApiKeySerializer.Meta.fields, "key"]

    def get_key(self, key: ApiKey) -> str:
        """The key itself, shown this once."""
        return str(self.context["key"])
