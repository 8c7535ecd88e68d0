from datetime import timedelta

import pytest
from django.utils import timezone

from tests.migrating import migrated

BEFORE = ("accounts", "0005_people_choose_to_be_mailed")
AFTER = ("accounts", "0007_usernames_are_unique_in_any_case")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("back_to_now")
def test_of_names_that_differ_by_case_alone_the_first_persons_stays():
    people = migrated(BEFORE).get_model("accounts", "User").objects
    began, long = timezone.now() - timedelta(days=9), "x" * 149
    names = ["Ada", "ada", "ADA", "ada-2", "bob", f"{long}Y", f"{long}y"]
    for day, name in enumerate(names):
        joined = began + timedelta(days=day)
        people.create(username=name, email=f"{day}@example.org", date_joined=joined)

    new = migrated(AFTER)

    kept = new.get_model("accounts", "User").objects.order_by("date_joined").values_list("username", flat=True)
    assert list(kept) == ["Ada", "ada-3", "ADA-4", "ada-2", "bob", f"{long}Y", f"{long[:148]}-2"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("back_to_now")
def test_the_way_back_leaves_every_name():
    migrated(AFTER).get_model("accounts", "User").objects.create(username="Ada", email="ada@example.org")

    old = migrated(BEFORE)

    assert old.get_model("accounts", "User").objects.get().username == "Ada"
