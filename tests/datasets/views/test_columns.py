import pytest

from datasets import queries
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


@pytest.fixture
def address(dataset):
    return f"/data/{dataset.pk}/columns"


def save(web, address, schema="1", **chosen):
    fields = {name.replace("_", "-"): value for name, value in chosen.items()}
    return web.post(address, {"schema": schema, **fields})


def test_each_column_offers_its_type_and_says_why(web, address):
    page = web.get(address).content.decode()

    assert page.count("<select") == 7
    assert 'name="dtype-1" aria-label="Type of length"' in page
    assert '<option value="number" selected>' in page


def test_chosen_types_are_saved_and_told(web, address, dataset):
    answer = save(web, address, dtype_1="category", dtype_2="number", dtype_3="text")

    assert answer["Location"] == address
    types = [column.dtype for column in queries.version(dataset, 1).schema[:3]]
    page = web.get(address).content.decode()
    assert types == ["category", "number", "text"]
    assert "Corrected: length from number to category, colour from category to text." in page
    assert "<strong>Schema 2</strong>: length from number to category, colour from category to text" in page


def test_values_that_do_not_read_so_are_told(web, person):
    rows = [[place, "12" if place % 3 else "none of it"] for place in range(30)]
    dataset = factories.a_dataset(person, factories.csv(["n", "amount"], rows))

    save(web, f"/data/{dataset.pk}/columns", dtype_2="integer")

    page = web.get(f"/data/{dataset.pk}/columns").content.decode()
    assert "10 values of amount cannot be read as integer and count as missing now." in page
    assert "10 values of amount not readable so" in page


def test_a_type_that_cannot_be_is_refused_and_stays_chosen(web, address, dataset):
    answer = save(web, address, dtype_3="datetime")

    page = answer.content.decode()
    assert (answer.status_code, queries.version(dataset, 1).schema_number) == (400, 1)
    assert "No value of colour can be read as a date" in page
    assert '<option value="datetime" selected>' in page


def test_whoever_comes_second_is_told(web, address):
    save(web, address, dtype_1="category")

    answer = save(web, address, dtype_1="text")

    assert answer.status_code == 409
    assert "Somebody has corrected these types meanwhile" in answer.content.decode()


def test_nothing_chosen_anew_changes_nothing(web, address, dataset):
    save(web, address, dtype_1="number", dtype_99="text", dtype_x="text", dtype_2="nonsense")

    assert queries.version(dataset, 1).schema_number == 1
    assert "Nothing was changed" in web.get(address).content.decode()


def test_the_page_of_a_column_corrects_it_too(web, address, dataset):
    answer = save(web, address, dtype_1="category", at="1")

    assert answer["Location"] == f"{address}/1"
    assert 'name="dtype-1"' in web.get(f"{address}/1").content.decode()
