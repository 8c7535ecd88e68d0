"""Who may see and do what: the only place that decides, for every door.

What a person may not see does not exist for them (NotFound); what they see but may not do is Forbidden.
"""

from enum import StrEnum
from typing import TypeVar, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import OuterRef, QuerySet, Subquery

from core.actor import Actor, Scope
from core.errors import Forbidden, NotFound, key_not_allowed
from workspaces.models import Invitation, Membership, Role
from workspaces.place import Place

M = TypeVar("M", bound=models.Model)


class Action(StrEnum):
    VIEW = "view"
    USE = "use"
    EDIT = "edit"
    OVERSEE = "oversee"  # people's addresses, who is invited, the audit trail
    MANAGE = "manage"
    OWN = "own"
    LEAVE = "leave"


ROLES_FOR: dict[Action, frozenset[Role]] = {
    Action.VIEW: frozenset(Role),
    Action.USE: frozenset({Role.EDITOR, Role.ADMIN, Role.OWNER}),
    Action.EDIT: frozenset({Role.EDITOR, Role.ADMIN, Role.OWNER}),
    Action.OVERSEE: frozenset({Role.ADMIN, Role.OWNER}),
    Action.MANAGE: frozenset({Role.ADMIN, Role.OWNER}),
    Action.OWN: frozenset({Role.OWNER}),
    Action.LEAVE: frozenset(Role),
}
SCOPE_FOR: dict[Action, Scope] = {
    Action.VIEW: Scope.READ,
    Action.USE: Scope.PREDICT,
    Action.EDIT: Scope.WRITE,
    Action.OVERSEE: Scope.READ,
    Action.MANAGE: Scope.WRITE,
    Action.OWN: Scope.WRITE,
    Action.LEAVE: Scope.WRITE,
}
LOOKING = frozenset({Action.VIEW, Action.OVERSEE})


def visible(actor: Actor, rows: QuerySet[M]) -> QuerySet[M]:
    """The rows the person may see.

    IN over the person's memberships, not a join: a join would repeat rows and break counts.
    """
    mine = Membership.objects.filter(user=actor.user).values("workspace")
    return rows.filter(**{f"{_lookup(rows.model)}__in": mine})


def with_role(actor: Actor, rows: QuerySet[M]) -> QuerySet[M]:
    """The rows, each annotated with the person's `role` in its workspace."""
    mine = Membership.objects.filter(user=actor.user, workspace=OuterRef(_lookup(rows.model))).values("role")
    annotated = rows.annotate(role=Subquery(mine[:1], output_field=models.CharField()))
    return cast("QuerySet[M]", annotated)


def get(actor: Actor, rows: QuerySet[M], row_id: UUID | str, action: Action = Action.VIEW) -> M:
    """The row with this id, if the person may see it and do this; raises NotFound or Forbidden."""
    try:
        row = visible(actor, rows).filter(pk=row_id).first()
    except (ValidationError, ValueError):
        row = None  # not even an id
    if row is None:
        raise NotFound(f"There is no such {rows.model._meta.verbose_name}, or you may not see it.")
    require(actor, action, row)
    return row


def require(actor: Actor, action: Action, row: models.Model) -> None:
    """Raise NotFound if the person may not see the row, Forbidden if they may not do this to it."""
    role = role_in(actor, row)
    if role is None:
        raise NotFound(f"There is no such {row._meta.verbose_name}, or you may not see it.")
    if role not in ROLES_FOR[action]:
        raise Forbidden(f"As {role} of this workspace you may not do this. Ask one of its admins.")
    if not _in_scope(actor, action):
        raise key_not_allowed(SCOPE_FOR[action])


def may(actor: Actor, action: Action, row: models.Model) -> bool:
    """Whether the person may do this to a row they see; for showing or hiding a button."""
    role = role_in(actor, row)
    return role in ROLES_FOR[action] and _in_scope(actor, action)


def allowed(actor: Actor, row: models.Model) -> frozenset[Action]:
    """Everything the person may do to a row, and to what hangs beside it; for a list of rows with their buttons."""
    role = role_in(actor, row)
    return frozenset(action for action in Action if role in ROLES_FOR[action] and _in_scope(actor, action))


def to_change(actor: Actor, member: Membership | Invitation, *, to: Role | None) -> Action:
    """What changing a member's role, or removing them (`to` None), is: admins touch no owner and make none."""
    if to is None and isinstance(member, Membership) and member.user_id == actor.user.pk:
        return Action.LEAVE
    return Action.OWN if Role.OWNER in (member.role, to) else Action.MANAGE


def role_in(actor: Actor, row: models.Model) -> Role | None:
    """The person's role in the workspace the row hangs in, or None."""
    workspace = _place(type(row)).workspace_id(row)
    role = Membership.objects.filter(user=actor.user, workspace=workspace).values_list("role", flat=True).first()
    return Role(role) if role else None


def _in_scope(actor: Actor, action: Action) -> bool:
    """Whether the credential reaches so far; who may change a thing is shown it. What a key may ask, the door says."""
    return SCOPE_FOR[action] in actor.scopes or (action in LOOKING and Scope.WRITE in actor.scopes)


def _lookup(model: type[models.Model]) -> str:
    return _place(model).workspace or "pk"


def _place(model: type[models.Model]) -> Place:
    place: Place = model.place  # type: ignore[attr-defined]
    return place
