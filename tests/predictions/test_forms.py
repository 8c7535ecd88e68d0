import pytest

from ml.schema import Dtype, InputField
from predictions.forms import _text as text
from predictions.forms import field_for


def field(**about):
    return field_for(InputField(**({"name": "x"} | about)))


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, ""), (True, "true"), (False, "false"), (3, "3"), (3.0, "3"), (0.5, "0.5"), ("a b", "a b"), (1e22, "1e+22")],
)
def test_value_is_written_as_a_person_would_type_it(value, written):
    assert text(value) == written


@pytest.mark.parametrize("value", [0.1 + 0.2, 1 / 3, 123456.78901234567, 5e-324, 1.7976931348623157e30])
def test_number_is_written_without_losing_a_digit(value):
    assert float(text(value)) == value


def test_few_values_are_chosen_from_a_list():
    made = field(dtype=Dtype.CATEGORY, categories=("red", "<b>"))

    assert made.widget.choices == [("", "Not known"), ("red", "red"), ("<b>", "<b>")]


def test_value_beyond_the_list_is_left_to_the_parser():
    assert field(dtype=Dtype.CATEGORY, categories=("red",)).clean("violet") == "violet"


def test_many_values_are_typed():
    made = field(dtype=Dtype.CATEGORY, categories=("a", "b"), other_categories=9)

    assert not hasattr(made.widget, "choices")


def test_number_shows_its_range():
    made = field(dtype=Dtype.NUMBER, minimum=0.5, maximum=12.0, typical=3.25)

    assert (made.help_text, made.widget.attrs["placeholder"]) == ("0.5 to 12", "3.25")


def test_numbers_of_a_column_with_a_decimal_comma_are_shown_with_one():
    made = field(dtype=Dtype.NUMBER, minimum=0.125, maximum=12.0, typical=3.375, written="comma")

    assert (made.help_text, made.widget.attrs["placeholder"]) == ("0,125 to 12", "3,375")
