"""Shape and wording of what people type about themselves."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from accounts.models import User


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


class SignInForm(AuthenticationForm):
    """Django's own, with the account's email as the name."""

    error_messages = {
        "invalid_login": "This email address and password do not belong together.",
        "inactive": "This email address and password do not belong together.",
    }


class PasswordChangeForm(forms.Form):
    current_password = forms.CharField(
        label="Current password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password = forms.CharField(
        label="New password",
        help_text="At least 8 characters, and not a common one.",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ProfileForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ["full_name", "username"]
        help_texts = {"username": "What others in a workspace see: letters, digits and @ . + - _"}
