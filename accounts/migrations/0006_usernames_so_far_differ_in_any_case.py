"""Of people whose usernames differ by case alone, the one who came first keeps theirs, so that one name is one person.

The others get a number behind it (`ada` becomes `ada-2`), which each may change on their profile: they sign in by
email, so nobody is locked out. Going back leaves the numbers, as nothing remembers who was called what.
"""

from itertools import count

from django.db import migrations
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Lower

LONGEST = 150


def tell_apart(apps, schema_editor):
    people = apps.get_model("accounts", "User").objects.annotate(lowered=Lower("username"))
    came_before = Q(date_joined__lt=OuterRef("date_joined")) | Q(date_joined=OuterRef("date_joined"), pk__lt=OuterRef("pk"))
    namesakes = people.filter(came_before, lowered=OuterRef("lowered"))
    for person in people.filter(Exists(namesakes)).order_by("date_joined", "pk"):
        person.username = _free(people, person.username)
        person.save(update_fields=["username"])


def _free(people, username):
    for number in count(2):
        name = f"{username[: LONGEST - len(str(number)) - 1]}-{number}"
        if not people.filter(lowered=Lower(Value(name))).exists():
            return name


class Migration(migrations.Migration):

    dependencies = [("accounts", "0005_people_choose_to_be_mailed")]

    operations = [migrations.RunPython(tell_apart, migrations.RunPython.noop)]
