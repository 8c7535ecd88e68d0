import pytest
from django.urls import reverse

from accounts.models import User
from core.actor import Actor
from datasets import queries, versions
from ml.schema import Dtype
from tests import factories

pytestmark = pytest.mark.django_db

KINDS = ["dataset", "datasetversion", "schemacorrection", "recipe"]


@pytest.fixture
def staff(client, stranger):
    """A web client signed in as an administrator."""
    User.objects.filter(pk=stranger.pk).update(is_staff=True, is_superuser=True)
    client.force_login(stranger)
    return client


def make(person, name):
    # A table of its own: one of the same bytes would begin with the corrected types.
    dataset = factories.a_dataset(person, factories.flowers(30 + len(name)))
    changes = {"length": Dtype.CATEGORY}
    version = queries.version(dataset, 1)
    versions.correct_types(actor=Actor(person), version=version, changes=changes)
    factories.a_recipe(person, name=name)


@pytest.mark.parametrize("kind", KINDS)
def test_lists_search_at_the_same_number_of_queries(staff, person, kind, django_assert_max_num_queries):
    address = f"{reverse(f'admin:datasets_{kind}_changelist')}?q={person.email}"
    make(person, "One")
    staff.get(address)
    with django_assert_max_num_queries(30) as one:
        assert staff.get(address).context["cl"].result_count == 1
    for name in ("Second", "Third"):
        make(person, name)

    with django_assert_max_num_queries(len(one)):
        assert staff.get(address).context["cl"].result_count == 3


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_shown_and_never_changed(staff, person, kind):
    make(person, "One")
    row = staff.get(reverse(f"admin:datasets_{kind}_changelist")).context["cl"].result_list[0]
    address = reverse(f"admin:datasets_{kind}_change", args=[row.pk])

    page = staff.get(address)

    assert (page.status_code, staff.post(address).status_code) == (200, 403)
    assert "Save" not in page.content.decode()


def test_a_version_shows_no_values_of_its_rows(staff, person):
    dataset = factories.a_dataset(person)
    address = reverse("admin:datasets_datasetversion_change", args=[queries.version(dataset, 1).pk])

    page = staff.get(address).content.decode()

    assert "top_values" not in page
    assert "flowers.csv" in page
