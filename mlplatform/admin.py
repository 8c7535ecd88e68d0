"""What the admin of people can do only under the roof: delete them with everything that hangs on them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts import queries as people
from accounts import staff
from accounts.admin import PersonAdmin
from accounts.models import User
from core.actor import Actor
from mlplatform import closing
from workspaces import queries

admin.site.unregister(User)


@admin.register(User)
class RemovablePersonAdmin(PersonAdmin):
    actions = [*PersonAdmin.actions, "delete_selected"]

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or (obj != request.user and staff.may_change(Actor.of(request), obj))

    @admin.action(description="Delete selected people", permissions=["delete"])
    def delete_selected(self, request: HttpRequest, chosen: QuerySet[User]) -> HttpResponse | None:
        """Say what goes and who inherits what first."""
        if "sure" not in request.POST:
            lines = [line for person in chosen for line in _what_happens(person)]
            return self.ask(request, chosen, action="delete_selected", title="Delete these accounts", lines=lines)
        for person in chosen.order_by("pk"):
            self.remove(request, person)
        return None

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: object = None) -> HttpResponse:
        """The same for one person."""
        person = people.person(object_id)
        staff.refuse_oneself(
            Actor.of(request), staff.REMOVE_PEOPLE, person, "Close your own account from your profile."
        )
        chosen = User.objects.filter(pk=person.pk)
        if request.method != "POST":
            return self.ask(
                request, chosen, action="delete_selected", title="Delete this account", lines=_what_happens(person)
            )
        self.remove(request, person)
        return redirect(reverse("admin:accounts_user_changelist"))

    def remove(self, request: HttpRequest, person: User) -> None:
        """Delete one person, and say how it went; no log keeps the address."""
        self.tell(request, person, "deleted", closing.remove_person, logged=False)


def _what_happens(person: User) -> list[str]:
    """What deleting somebody means, a sentence each."""
    parting = queries.parting(person)
    lines = [f"{person.email} goes, with their credits, keys and sign-ins. This cannot be undone."]
    lines += [f"The workspace “{each.name}” goes with all its data, models and files." for each in parting.empty]
    for each in parting.ownerless:
        heir = queries.heir_of(each, person)
        lines.append(
            f"The workspace “{each.name}” stays, and {heir.user.email if heir else 'nobody'} becomes its owner."
        )
    lines += [f"What they made in “{each.name}” stays there, without their name." for each in parting.lasting]
    return lines
