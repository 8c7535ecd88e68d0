"""Closing an account: the one use-case that reaches into every app, so it stands under the roof.

Each app deletes its own rows and files, the highest first, in one transaction. Locks are taken in the order in which
workers and requests take them, workspaces before jobs before the wallet before the person, so nobody waits in a circle.
"""

from django.db import IntegrityError, transaction

from accounts import passwords, staff
from accounts import services as accounts
from accounts.models import User
from core.actor import Actor, Credential
from core.errors import key_not_allowed
from datasets import services as datasets
from predictions import services as predictions
from training import services as training
from workspaces import members
from workspaces import services as workspaces

ATTEMPTS = 5


def close_account(*, actor: Actor, password: str) -> None:
    """Delete the actor's own account with everything that is theirs alone, at once and for good.

    Workspaces in which they are the only member go with all their data, models and files; what they made in those of
    others stays. Emits `member.left` there, and `user.closed`.
    Raises InvalidInput naming `password`, Forbidden to a key, Conflict (`last_owner`, `last_superuser`), NotFound.
    """
    if actor.credential is Credential.KEY:
        raise key_not_allowed()
    passwords.confirm(actor.user, password, attr="password")
    _remove(actor, actor.user, heirs=False)


def remove_person(*, actor: Actor, person: User) -> None:
    """Delete somebody's account as `close_account` does, by staff; a workspace that loses its only owner is inherited.

    Emits `member.removed` and `workspace.ownership_handed_over` where others stay, and `user.closed`.
    Raises Forbidden, Conflict (`not_yourself`, `last_superuser`), NotFound.
    """
    staff.refuse_oneself(actor, staff.REMOVE_PEOPLE, person, "Close your own account from your profile.")
    staff.require(actor, staff.REMOVE_PEOPLE, person)
    _remove(actor, person, heirs=True)


def _remove(actor: Actor, person: User, *, heirs: bool) -> None:
    """Do it, again if somebody added to what goes at that very moment: the database then refuses the commit."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                _remove_once(actor, person, heirs=heirs)
        except IntegrityError:
            if attempt == ATTEMPTS:
                raise
        else:
            return


def _remove_once(actor: Actor, person: User, *, heirs: bool) -> None:
    alone = members.leave_all(actor=actor, person=person, heirs=heirs)
    training.lock_jobs_of(person, alone)
    accounts.lock_wallet(person)
    for workspace in alone:
        predictions.purge(workspace=workspace)
        training.purge(workspace=workspace)
        datasets.purge(workspace=workspace)
        workspaces.purge(workspace=workspace)
    accounts.remove(actor=actor, person=person)
