import pytest
from django.urls import URLPattern, get_resolver
from django_filters import rest_framework as filters

from accounts.models import User


def lists(patterns):
    """The views among addresses whose lists can be filtered."""
    for each in patterns:
        if not isinstance(each, URLPattern):
            yield from lists(each.url_patterns)
        elif hasattr(getattr(each.callback, "view_class", None), "filterset_class"):
            yield each.callback.view_class


FILTERS = [
    pytest.param(view.filterset_class, name, id=f"{view.__name__}-{name}")
    for view in lists(get_resolver().url_patterns)
    for name, each in view.filterset_class.base_filters.items()
    if not isinstance(each, filters.CharFilter)  # any text may be a name
]


@pytest.mark.parametrize(("filterset", "name"), FILTERS)
def test_no_filter_of_a_list_takes_a_value_it_does_not_know_for_none(filterset, name):
    asked = filterset({name: "bogus"}, queryset=User.objects.none())

    assert [*asked.errors] == [name]


def test_every_filter_of_a_list_is_among_them():
    assert {each.id for each in FILTERS} >= {"PredictionsView-success", "JobsView-state", "PeopleView-is_staff"}
