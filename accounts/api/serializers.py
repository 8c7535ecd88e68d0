"""Shapes of account answers and bodies."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from accounts.models import LedgerEntry, User


class UserSerializer(serializers.ModelSerializer[User]):
    credits = serializers.IntegerField(source="wallet.balance", read_only=True)
    created_at = serializers.DateTimeField(source="date_joined", read_only=True)

    class Meta:
        model = User
        fields = ["id", "email", "username", "full_name", "is_staff", "credits", "created_at"]
        read_only_fields = ["id", "email", "is_staff"]


class RegisterSerializer(serializers.Serializer[None]):
    email = serializers.EmailField(max_length=254)
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(trim_whitespace=False, style={"input_type": "password"}, write_only=True)
    full_name = serializers.CharField(max_length=150, required=False, allow_blank=True, default="")


class SignInSerializer(serializers.Serializer[None]):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(
        trim_whitespace=False, max_length=1_000, style={"input_type": "password"}, write_only=True
    )


class RefreshSerializer(serializers.Serializer[None]):
    refresh = serializers.CharField()


class TokensSerializer(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField()


class SessionSerializer(TokensSerializer):
    user = UserSerializer()


class PasswordSerializer(serializers.Serializer[None]):
    current_password = serializers.CharField(trim_whitespace=False, style={"input_type": "password"})
    new_password = serializers.CharField(trim_whitespace=False, style={"input_type": "password"})


class CreditsSerializer(serializers.Serializer[Any]):
    balance = serializers.IntegerField()
    costs = serializers.DictField(child=serializers.IntegerField())
    enabled = serializers.BooleanField(default=settings.CREDITS_ENABLED)


class LedgerEntrySerializer(serializers.ModelSerializer[LedgerEntry]):
    class Meta:
        model = LedgerEntry
        fields = ["id", "amount", "kind", "reference", "balance_after", "created_at"]
