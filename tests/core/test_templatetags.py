"""How numbers and moments are written, and what the shared components make of their arguments."""

import doctest
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import timezone

from core import sparks
from core.templatetags import format as written

HOSTILE = "<script>alert(1)</script>"


def rendered(source: str, **context: Any) -> str:
    return Template(f"{{% load charts format ui %}}{source}").render(Context(context)).strip()


def included(component: str, **arguments: Any) -> str:
    """A component's markup with its white space gathered."""
    return " ".join(render_to_string(f"components/{component}.html", arguments).split())


@pytest.mark.parametrize("module", [written, sparks])
def test_examples_in_docstrings_hold(module: ModuleType):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("value", [None, "", "abc", float("nan"), float("inf")])
def test_what_is_no_number_is_a_dash(value: object):
    filters = [written.count, written.number, written.short, written.percent, written.size, written.duration]

    assert {each(value) for each in filters} == {"–"}


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1e6, "1,000,000"), (-0.5, "−0.5"), (1e21, "1 × 10²¹"), (1.5e-9, "1.5 × 10⁻⁹"), (123456, "123,456")],
)
def test_number_has_no_machine_notation(value: float, text: str):
    assert written.number(value) == text


def test_short_fits_an_axis():
    assert [written.short(value) for value in (0, 999, 1000, 2_500_000, 7e9)] == ["0", "999", "1k", "2.5M", "7B"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (5.25, "5.2 s"),
        (59.6, "1 min"),
        (3600, "1 h"),
        (90_000, "1 d 1 h"),
        (timedelta(seconds=75), "1 min 15 s"),
    ],
)
def test_duration_uses_at_most_two_units(seconds: object, text: str):
    assert written.duration(seconds) == text


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(minutes=3), "3 minutes ago"),
        (timedelta(hours=1, minutes=1), "1 hour ago"),
        (timedelta(days=-2, minutes=-1), "in 2 days"),
        (timedelta(days=800), "2 years ago"),
    ],
)
def test_reltime_speaks_in_words(ago: timedelta, words: str):
    assert f">{words}<" in written.reltime(timezone.now() - ago)


def test_reltime_keeps_the_exact_moment():
    moment = written.reltime(datetime(2026, 3, 4, 15, 6, 7, tzinfo=UTC))

    assert 'datetime="2026-03-04T15:06:07+00:00"' in moment
    assert 'title="4 Mar 2026, 15:06 UTC"' in moment


@pytest.mark.parametrize(
    ("value", "dtype", "text"),
    [
        (True, "boolean", "true"),
        (22.0, "number", "22"),
        (71.2833, "number", "71.2833"),
        ("2026-03-04T00:00:00", "datetime", "2026-03-04"),
        ("2026-03-04T15:06:07", "datetime", "2026-03-04 15:06:07"),
        ("2026-03-04T00:00:00", "text", "2026-03-04T00:00:00"),
        ("x" * 200, "text", "x" * 80 + "…"),
    ],
)
def test_cell_shows_a_value_as_it_is(value: object, dtype: str, text: str):
    assert written.cell(value, dtype) == text


def test_cell_marks_missing_values_and_escapes_the_rest():
    shown = rendered("{% for value in values %}{{ value|cell }};{% endfor %}", values=[None, HOSTILE])

    assert shown.startswith('<span class="table__none">missing</span>;')
    assert "<script" not in shown


def test_page_link_keeps_the_search_and_sort_link_starts_over():
    query = QueryDict("q=tit&page=3")

    assert rendered("{% page_link query 4 %}", query=query) == "?q=tit&amp;page=4"
    assert rendered("{% sort_link query 'name' '-name' %}", query=query) == "?q=tit&amp;sort=name"
    assert rendered("{% sort_link query 'name' 'name' %}", query=query) == "?q=tit&amp;sort=-name"


def test_component_sees_its_arguments_only():
    shown = rendered("{% component 'card' title='Facts' %}{{ secret }}{% endcomponent %}", secret=HOSTILE, note="leaks")

    assert "Facts" in shown
    assert "&lt;script&gt;" in shown
    assert "leaks" not in shown


class SampleForm(forms.Form):
    age = forms.IntegerField(help_text="In years.")
    nickname = forms.CharField(required=False)
    agreed = forms.BooleanField(required=False)
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)


def test_field_shows_help_until_there_is_an_error():
    fresh = included("field", field=SampleForm()["age"])
    wrong = included("field", field=SampleForm({"age": "old"})["age"])

    assert 'class="field__help" id="id_age_helptext"' in fresh
    assert 'class="field__help visually-hidden"' in wrong
    assert 'id="id_age_error"' in wrong
    assert "Enter a whole number." in wrong
    assert 'aria-invalid="true"' in wrong


def test_field_help_made_of_data_is_escaped():
    assert "<script" not in included("field", field=SampleForm()["age"], help=f"Typically {HOSTILE}")


def test_field_marks_what_is_optional():
    assert "Optional" in included("field", field=SampleForm()["nickname"])
    assert "Optional" not in included("field", field=SampleForm()["age"])
    assert "Optional" not in included("field", field=SampleForm()["nickname"], optional="no")


def test_field_groups_choices_under_a_legend():
    assert "<legend" in included("field", field=SampleForm()["kind"])
    assert 'class="field field--check"' in included("field", field=SampleForm()["agreed"])


@pytest.mark.parametrize(
    ("cost", "balance", "says"),
    [(1, 14, "You have 14 credits"), (5, 4, "You have 4 credits, not enough"), (5, 1, "You have 1 credit, not enough")],
)
def test_price_shows_cost_and_balance(cost: int, balance: int, says: str):
    shown = included("price", label="Train", cost=cost, balance=balance)

    assert f"Train · {written.plural(cost, 'credit')}" in shown
    assert f"{says} </span>" in shown


def test_price_is_silent_when_credits_are_off():
    shown = included("price", label="Train", cost=None, balance=None)

    assert "Train" in shown
    assert "credit" not in shown


def test_badge_says_its_state_in_a_word():
    assert included("badge", kind="running") == (
        '<span class="badge badge--running"><span class="badge__dot"></span>Running</span>'
    )


def test_pagination_counts_and_links():
    page = Paginator(range(60), 25).page(2)

    shown = included("pagination", page_obj=page, query=QueryDict("q=a"), noun="row")

    assert "26–50 of 60 rows" in shown
    assert 'href="?q=a&amp;page=1"' in shown
    assert 'href="?q=a&amp;page=3"' in shown


def test_dialog_posts_with_its_token_and_escapes_names():
    arguments = {
        "id": "delete",
        "title": f"Delete {HOSTILE}?",
        "action_url": "/x",
        "action_label": "Delete",
        "csrf_token": "t",
    }

    shown = included("dialog", **arguments)

    assert "<script" not in shown
    assert 'name="csrfmiddlewaretoken" value="t"' in shown


def test_progress_without_a_total_claims_no_share():
    assert "value=" not in included("progress", text="Reading")
    assert 'value="40" max="200"' in included("progress", text="Tree 40 of 200", done=40, total=200)


def test_server_error_page_needs_no_context():
    assert "Something broke on our side" in render_to_string("500.html")
