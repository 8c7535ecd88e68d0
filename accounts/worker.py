"""What is done behind people's backs: mailing links, and forgetting what is no longer needed."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.mail import send_mail
from django.db.models import Exists, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts import lock_out
from accounts.models import RememberedAnswer, SignIn, User
from accounts.reset_links import reset_tokens

SIGN_INS_KEPT = timedelta(days=7)


def mail_reset_link(person_id: UUID) -> None:
    """Mail a person the link by which they choose a new password; does nothing if there is nobody of this id."""
    person = User.objects.filter(pk=person_id, is_active=True).first()
    if person is None:
        return
    path = reverse("accounts:password_reset_confirm", args=[person.pk, reset_tokens.make_token(person)])
    context = {"person": person, "link": settings.PUBLIC_URL + path, "minutes": settings.PASSWORD_RESET_TIMEOUT // 60}
    words = render_to_string("accounts/password_reset_mail.txt", context)
    send_mail("Choose a new password for ML Platform", words, None, [person.email])


def sweep() -> None:
    """Delete what has expired: tokens, sessions, sign-ins, failed attempts, answers kept for a repeated request."""
    now = timezone.now()
    OutstandingToken.objects.filter(expires_at__lt=now).delete()
    SessionStore.clear_expired()
    # One that nobody ended is over when no refresh token is left that could go on with it.
    token = OutstandingToken.objects.filter(user=OuterRef("user"))
    old = Q(ended_at__lt=now - SIGN_INS_KEPT) | Q(created_at__lt=now - SIGN_INS_KEPT) & ~Exists(token)
    SignIn.objects.filter(old).delete()
    lock_out.sweep()
    RememberedAnswer.objects.filter(created_at__lt=now - RememberedAnswer.KEPT_FOR).delete()
