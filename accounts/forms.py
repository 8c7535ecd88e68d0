"""Shape and wording of what people type about themselves."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.utils import timezone

from accounts import lock_out
from accounts.credits import MOST_GRANTED
from accounts.keys import DEFAULT_SCOPES, MAX_NAME_LENGTH
from accounts.models import User
from accounts.staff import MAX_REASON_LENGTH
from core.actor import Scope


class NewPersonForm(forms.ModelForm[User]):
    """Somebody whom staff make an account for: they choose a password themselves, by a mailed link."""

    class Meta:
        model = User
        fields = ["email", "username", "full_name"]

    def save(self, commit: bool = True) -> User:
        self.instance.set_unusable_password()
        return super().save(commit)


class GrantForm(forms.Form):
    """Credits to be granted; `once` keeps a form that is sent twice from granting twice."""

    amount = forms.IntegerField(min_value=1, max_value=MOST_GRANTED)
    reason = forms.CharField(
        max_length=MAX_REASON_LENGTH,
        help_text="Stands in the person's ledger.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    once = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)


class SignUpForm(forms.Form):
    email = forms.EmailField(label="Email", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    username = forms.CharField(
        max_length=150,
        help_text="What others in a workspace see.",
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    full_name = forms.CharField(
        max_length=150,
        required=False,
        label="Full name",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        help_text="At least 8 characters, and not a common one.",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class LockOutMixin(AuthenticationForm):
    """Says it above the form when there were too many failed attempts."""

    def get_invalid_login_error(self) -> forms.ValidationError:
        if self.request is not None and lock_out.is_locked(self.request):
            return forms.ValidationError(lock_out.refusal(self.request).detail, code="throttled")
        return super().get_invalid_login_error()


class SignInForm(LockOutMixin):
    """Django's own, with the account's email as the name."""

    error_messages = {
        "invalid_login": "This email address and password do not belong together.",
        "inactive": "This email address and password do not belong together.",
    }


class AdminSignInForm(LockOutMixin, AdminAuthenticationForm):
    """The admin's own."""


class PasswordResetForm(forms.Form):
    email = forms.EmailField(label="Email", widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class NewPasswordForm(forms.Form):
    new_password = forms.CharField(
        label="New password",
        help_text="At least 8 characters, and not a common one.",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class PasswordChangeForm(NewPasswordForm):
    current_password = forms.CharField(
        label="Current password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["current_password", "new_password"]


class CloseAccountForm(forms.Form):
    """The password, because this cannot be undone."""

    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    is_sure = forms.BooleanField(
        label="Delete all of this for good", error_messages={"required": "Tick this to say that you are sure."}
    )


class ProfileForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ["full_name", "username", "mail_when_done"]
        labels = {"mail_when_done": "E-mail me when a training of mine that took more than a minute ends"}
        help_texts = {"username": "What others in a workspace see: letters, digits and @ . + - _"}


class ApiKeyNameForm(forms.Form):
    name = forms.CharField(max_length=MAX_NAME_LENGTH, help_text="The program that uses it.")


class ApiKeyForm(ApiKeyNameForm):
    """A key to be made; its scopes are in the words of what they let a program do."""

    scopes = forms.MultipleChoiceField(
        label="The key may",
        choices=[
            (Scope.READ, "read – see data, trainings, models and predictions"),
            (Scope.PREDICT, "predict – ask models for predictions"),
            (Scope.WRITE, "write – upload, train, change and delete"),
        ],
        initial=DEFAULT_SCOPES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one."},
    )
    lifetime = forms.TypedChoiceField(
        label="Expires",
        choices=[("30", "In 30 days"), ("90", "In 90 days"), ("365", "In a year"), ("", "Never")],
        coerce=int,
        empty_value=None,
        required=False,
        initial="365",
    )

    @property
    def wish(self) -> dict[str, Any]:
        """What was asked for, as `keys.create` takes it."""
        days = self.cleaned_data["lifetime"]
        expires_at = timezone.now() + timedelta(days=days) if days else None
        return {"name": self.cleaned_data["name"], "scopes": self.cleaned_data["scopes"], "expires_at": expires_at}
