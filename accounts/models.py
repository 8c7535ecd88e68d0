"""A person, what they may spend, and every credit that ever moved."""

import uuid
from collections.abc import Collection
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone

USERNAME_TAKEN = "This username is taken. Choose another."


class PersonManager(UserManager["User"]):
    """Finds people by email, whatever its case; makes superusers (`manage.py createsuperuser`) with a wallet."""

    use_in_migrations = False

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """In lower case throughout; Django lowers the domain alone."""
        return (email or "").strip().lower()

    @transaction.atomic
    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra_fields: Any
    ) -> "User":
        person = super().create_superuser(username, email, password, **extra_fields)
        Wallet.objects.create(user=person)
        return person

    def get_by_natural_key(self, username: str | None) -> "User":
        # Not `iexact`: PostgreSQL compares capitals, where a dotless ı is an I, so one address finds two people.
        return self.get(email=self.normalize_email(username))


class User(AbstractUser):
    """A person. They sign in by email, which is stored in lower case; the username is what others see.

    It is shown as it was typed, and is one person's in any case (in that of Latin letters alone on SQLite, which
    lowers no others).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(
        max_length=150,
        validators=[AbstractUser.username_validator],
        help_text="At most 150 letters, digits and @ . + - _",
    )
    email = models.EmailField(unique=True, error_messages={"unique": "This email address has an account already."})
    full_name = models.CharField(max_length=150, blank=True)
    mail_when_done = models.BooleanField("e-mail me when a job of more than a minute ends", default=False)
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["username"]

    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_is_unique_in_any_case"),
            models.UniqueConstraint(
                Lower("username"),
                name="username_is_unique_in_any_case",
                violation_error_code="unique",
                violation_error_message=USERNAME_TAKEN,
            ),
        ]
        ordering = ["-date_joined"]

    def __str__(self) -> str:
        return self.email

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Names `username`: Django names no field for a constraint on an expression. (`email` is refused before.)"""
        try:
            super().validate_constraints(exclude)
        except ValidationError as error:
            raise ValidationError({"username": error.error_dict[NON_FIELD_ERRORS]}) from None

    def get_full_name(self) -> str:
        return self.full_name or self.username

    def get_short_name(self) -> str:
        return self.username


class Wallet(models.Model):
    """What a person has left to spend: always the sum of their ledger, never below zero."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="wallet")
    balance = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(balance__gte=0), name="balance_is_never_below_zero")]

    def __str__(self) -> str:
        return f"{self.user}: {self.balance}"


class EntryKind(models.TextChoices):
    GRANT = "grant", "Granted"
    TRAINING = "training", "Training"
    PREDICTION = "prediction", "Prediction"
    REFUND = "refund", "Refund"


class LedgerEntry(models.Model):
    """One movement of credits: written once with the balance after it, never changed, never deleted.

    `key` names the reason the movement may happen once only (`training:<job>`, `refund:<job>`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wallet = models.ForeignKey(Wallet, on_delete=models.CASCADE, related_name="entries")
    amount = models.IntegerField()
    kind = models.CharField(max_length=20, choices=EntryKind)
    reference = models.CharField(max_length=200, blank=True)
    key = models.CharField(max_length=100, unique=True)
    balance_after = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["wallet", "-created_at", "-id"], name="ledger_newest_first"),
            models.Index(fields=["-created_at", "-id"], name="ledger_of_all_newest_first"),
            models.Index(fields=["wallet", "amount"], name="ledger_by_amount"),
        ]
        ordering = ["-created_at", "-id"]
        verbose_name_plural = "ledger entries"

    def __str__(self) -> str:
        return f"{self.amount:+d} {self.kind}"


class SignIn(models.Model):
    """One sign-in by token: every access and refresh token made from it names it, and dies when it has ended.

    It ends by signing out, by a changed password, and when a refresh token that was spent already comes again,
    for then somebody has a copy.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.user} at {self.created_at:%Y-%m-%d %H:%M}"


class ApiKey(models.Model):
    """A program's credential. The key itself is shown once; kept are its visible beginning and its SHA-256."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_revoked(self) -> bool:
        return self.revoked_at is not None

    @property
    def has_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_active(self) -> bool:
        return not self.is_revoked and not self.has_expired


class RememberedAnswer(models.Model):
    """What a request with an `Idempotency-Key` was answered, so that the same one again is answered the same.

    Written in the transaction of what the request did; `fingerprint` is the SHA-256 of its method, path and body.
    """

    KEPT_FOR = timedelta(hours=24)

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_a_person_and_key")]

    def __str__(self) -> str:
        return self.key
