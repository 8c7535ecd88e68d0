"""What is done behind people's backs: mailing those who were added to a workspace."""

from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from workspaces.models import Invitation, Membership


def mail_new_member(member_id: UUID) -> None:
    """Tell a person that they were added, or invited with a link to sign up; does nothing if they are gone again."""
    membership = Membership.objects.select_related("user", "workspace").filter(pk=member_id).first()
    if membership is not None:
        _mail(membership, membership.user.email, reverse("workspaces:home"))
        return
    invitation = Invitation.objects.select_related("workspace", "invited_by").filter(pk=member_id).first()
    if invitation is not None:
        _mail(invitation, invitation.email, f"{reverse('workspaces:sign_up')}?{urlencode({'email': invitation.email})}")


def _mail(member: Membership | Invitation, address: str, path: str) -> None:
    name, inviter = _line(member.workspace.name), ""
    if isinstance(member, Invitation) and member.invited_by:
        inviter = _line(member.invited_by.get_full_name())
    is_invited = isinstance(member, Invitation)
    context = {
        "role": member.get_role_display().lower(),
        "workspace": name,
        "inviter": inviter,
        "is_invited": is_invited,
        "address": address,
        "link": settings.PUBLIC_URL + path,
    }
    words = render_to_string("workspaces/new_member_mail.txt", context)
    send_mail(f"You are {'invited' if is_invited else 'added'} to {name} on ML Platform", words, None, [address])


def _line(words: str) -> str:
    """What somebody typed, on one line: a header has no more, and nobody writes our mails."""
    return " ".join(words.split())
