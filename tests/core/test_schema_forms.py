import pytest
from django import forms

from core.schema_forms import field_for


def field(**schema):
    return field_for({"title": "Share", "default": None, **schema})


@pytest.mark.parametrize(
    ("schema", "typed", "meant"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 9}, "4", 4),
        ({"type": ["integer", "null"], "minimum": 1, "maximum": 9}, "", None),
        ({"type": "number", "minimum": 0, "maximum": 1}, "0.25", 0.25),
        ({"type": "boolean", "default": True}, False, False),
        ({"type": "string", "enum": ["one_hot", "codes"]}, "one_hot", "one_hot"),
        ({"type": "string", "maxLength": 9}, "other", "other"),
        ({"type": "array", "items": {"type": "string", "enum": ["year", "day"]}}, ["day"], ["day"]),
        ({"type": "array", "items": {"type": "string", "maxLength": 9}}, " a, b,a,, ", ["a", "b"]),
    ],
)
def test_field_reads_the_schemas_kind_of_value(schema, typed, meant):
    assert field(**schema).clean(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("7", 7),
        ("0.5", 0.5),
        ("Oslo", "Oslo"),
        ("", ""),
        ("inf", "inf"),
        ("nan", "nan"),
        ("1_000", "1_000"),
        ("0", "0"),
    ],
)
def test_field_of_a_word_or_a_number_takes_what_looks_like_a_number_for_one(typed, meant):
    found = field(type=["string", "number"], default="0", maxLength=200).clean(typed)

    assert (found, type(found)) == (meant, type(meant))


def test_field_says_what_the_schema_says():
    found = field(type="integer", description="How many.", default=3, minimum=1, maximum=9)

    assert (found.label, found.help_text, found.initial, found.required) == ("Share", "How many.", 3, True)
    assert found.widget.attrs == {"min": 1, "max": 9, "step": "1"}


def test_field_of_a_choice_shows_words():
    assert field(type="string", enum=["most_frequent"]).choices == [("most_frequent", "Most frequent")]


def test_field_refuses_another_kind_of_value():
    with pytest.raises(forms.ValidationError):
        field(type="integer", minimum=1, maximum=9).clean("many")
