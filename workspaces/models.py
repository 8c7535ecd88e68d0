"""Where work lives: a workspace has members and projects, a project holds everything else."""

import uuid

from django.conf import settings
from django.db import models

from workspaces.place import Place


class Role(models.TextChoices):
    VIEWER = "viewer", "Viewer"
    EDITOR = "editor", "Editor"
    ADMIN = "admin", "Admin"
    OWNER = "owner", "Owner"


GRANTED = (Role.VIEWER, Role.EDITOR, Role.ADMIN)  # ownership is handed over, not granted


class Workspace(models.Model):
    """A team's room. Its creator owns it; what hangs in it is seen by its members only."""

    place = Place("")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=140, unique=True)
    description = models.TextField(blank=True, max_length=2_000)
    created_at = models.DateTimeField(auto_now_add=True)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="workspaces")

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in a workspace. A workspace has an owner at all times: `members.py` alone changes these rows."""

    place = Place("workspace")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="one_role_a_person_and_workspace")]
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self.user.username} as {self.role} in {self.workspace}"


class Invitation(models.Model):
    """A role kept for somebody who has no account yet; it becomes a membership when this address signs up."""

    place = Place("workspace")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(db_index=True)
    role = models.CharField(max_length=10, choices=Role)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "email"], name="one_invitation_an_address_and_workspace")
        ]
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self.email} as {self.role} in {self.workspace}"


class Project(models.Model):
    """One question a team works on: its datasets, jobs, models and predictions."""

    place = Place("workspace")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="projects")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, max_length=2_000)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.name
