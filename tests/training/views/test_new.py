import re

import pytest

from accounts.credits import balance_of
from tests import factories
from training.forms import MOST_LISTED
from training.models import Job
from training.views.columns_choice import COLUMNS_A_PAGE

WIDE = 2 * COLUMNS_A_PAGE + 5


@pytest.fixture
def wide(person):
    """A table of many columns without a relation to its last one, `y`."""
    header = [*(f"c{place}" for place in range(WIDE)), "y"]
    rows = [[(row * 7 + place) % 19 for place in range(WIDE)] + ["ab"[row % 2]] for row in range(40)]
    return factories.a_dataset(person, factories.csv(header, rows))


def sent(answer, **changes):
    """What a browser sends of this page: everything that is ticked, chosen and hidden on it."""
    context = answer.context
    form = {"target": context["target"], "task": context["task"], "shown_target": context["target"]}
    form |= {"shown_task": context["task"], "version": "1", "shown_page": str(context["column_page"].number)}
    form |= {"features": [each["column"].name for each in context["columns"] if each["checked"]]}
    form |= {"first_ticks": context["first_ticks"], "showing": context["showing"]}
    form |= {"added": context["added_elsewhere"], "left_out": context["left_out_elsewhere"]}
    form |= {"algorithm": "random_forest", "train_percentage": "80", "metric": context["metrics"][0]["key"]}
    return form | changes


def sent_method(answer, **changes):
    """What a browser sends of the method on this page: every field of its parameters and of what is searched."""
    context = answer.context
    forms = [context["params_form"], context["tuning_form"]]
    fields = {field.html_name: field.value() for form in forms for field in form}
    form = sent(answer, algorithm=context["method_key"], shown_method=context["method_key"])
    return form | {name: value for name, value in fields.items() if value not in (None, False)} | changes


def without(names, *gone):
    return [name for name in names if name not in gone]


def test_a_page_of_columns_keeps_what_was_ticked_on_the_others(web, wide):
    address = f"/data/{wide.pk}/train"
    first = sent(web.get(address, {"target": "y"}))
    second = web.post(address, first | {"features": without(first["features"], "c3"), "to_page": "2"})
    page = sent(second)
    web.post(address, page | {"features": without(page["features"], f"c{COLUMNS_A_PAGE}")})

    plan = Job.objects.get().plan
    assert second.context["column_page"].number == 2
    assert (second.context["left_out_elsewhere"], second.context["ticked"]) == (["c3"], WIDE - 1)
    assert plan["features"] == [f"c{place}" for place in range(WIDE) if place not in (3, COLUMNS_A_PAGE)]


def test_all_or_none_are_ticked_on_every_page_and_a_few_from_there(web, wide):
    address = f"/data/{wide.pk}/train"
    none = web.post(address, sent(web.get(address, {"target": "y"}), tick="none"))
    second = web.post(address, sent(none, features=["c3"], to_page="2"))
    web.post(address, sent(second, features=[f"c{COLUMNS_A_PAGE}"]))
    everything = web.post(address, sent(second, tick="all"))

    assert (none.context["ticked"], second.context["ticked"], everything.context["ticked"]) == (0, 1, WIDE)
    assert Job.objects.get().plan["features"] == ["c3", f"c{COLUMNS_A_PAGE}"]


def test_another_target_keeps_what_was_left_out_and_starts_nothing(web, wide):
    address = f"/data/{wide.pk}/train"
    first = sent(web.get(address, {"target": "y"}))
    changed = first | {"features": without(first["features"], "c3"), "target": "c0", "task": "classification"}

    answer = web.post(address, changed)

    assert (answer.status_code, Job.objects.count()) == (200, 0)
    assert answer.context["target"] == "c0"
    assert "c3" not in sent(answer)["features"]
    assert "c4" in sent(answer)["features"]
    assert "target=c0" in answer["HX-Replace-Url"]


def test_a_mistyped_target_is_said(web, wide):
    answer = web.post(f"/data/{wide.pk}/train", {"target": "c_0", "again": "1"})

    assert answer.context["form"].errors["target"] == ["There is no column 'c_0'; did you mean 'c0'?"]


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("target", "yy", "There is no column 'yy'; did you mean 'y'?"),
        ("group_by", "c_0", "There is no column 'c_0'; did you mean 'c0'?"),
        ("order_by", "c_0", "There is no column 'c_0'; did you mean 'c0'?"),
        ("order_by", "c3", "c3 holds no dates or numbers to order rows by; choose another column."),
    ],
)
def test_a_column_that_is_typed_and_cannot_be_is_kept_and_said(web, person, field, typed, words):
    header = [*(f"c{place}" for place in range(MOST_LISTED)), "y"]
    rows = [[*([row % 19] * 3), "pq"[row % 2], *([row % 7] * (MOST_LISTED - 4)), "ab"[row % 2]] for row in range(40)]
    table = factories.a_dataset(person, factories.csv(header, rows))
    address = f"/data/{table.pk}/train"

    answer = web.post(address, sent(web.get(address, {"target": "y"}), **{field: typed}))

    assert (answer.status_code, answer.context["form"].errors) == (400, {field: [words]})
    assert re.search(
        rf'name="{field}"[^>]* value="{typed}"|value="{typed}"[^>]* name="{field}"', answer.content.decode()
    )


def test_many_columns_make_no_large_page(web, person):
    header = [*(f"column number {place}" for place in range(400)), "y"]
    rows = [[(row * 7 + place) % 19 for place in range(400)] + ["ab"[row % 2]] for row in range(20)]
    table = factories.a_dataset(person, factories.csv(header, rows))

    page = web.get(f"/data/{table.pk}/train", {"target": "y"})

    assert len(page.content) < 75_000
    assert page.context["column_page"].paginator.count == 400


def test_another_method_brings_its_own_parameters(web, person):
    table = factories.a_dataset(person)
    first = sent(web.get(f"/data/{table.pk}/train", {"target": "kind"}))

    answer = web.post(f"/data/{table.pk}/train", first | {"algorithm": "knn", "again": "1"})

    assert list(answer.context["params_form"].fields) == ["n_neighbors", "weights"]
    assert not answer.context["params_form"].errors


def test_an_older_version_can_be_chosen(web, person):
    table = factories.a_dataset(person)

    assert web.get(f"/data/{table.pk}/train", {"version": "1"}).context["version"].number == 1
    assert web.get(f"/data/{table.pk}/train", {"version": "9"}).status_code == 404
    assert web.get(f"/data/{table.pk}/train", {"version": "x"}).status_code == 404


def test_a_search_is_asked_for_with_its_ranges(web, person):
    table = factories.a_dataset(person)
    form = sent(web.get(f"/data/{table.pk}/train", {"target": "kind"}))
    form |= {
        "algorithm": "knn",
        "shown_method": "knn",
        "knn-n_neighbors": "5",
        "knn-weights": "uniform",
        "tune-knn-search": "on",
    }
    form |= {"tune-knn-method": "random", "tune-knn-trials": "4", "tune-knn-folds": "3"}
    form |= {"tune-knn-n_neighbors_low": "2", "tune-knn-n_neighbors_high": "9"}

    web.post(f"/data/{table.pk}/train", form | {"tune-knn-weights_choices": ["uniform", "distance"]})

    tuning = Job.objects.get().plan["tuning"]
    assert (tuning["method"], tuning["trials"], tuning["folds"]) == ("random", 4, 3)
    assert tuning["ranges"]["n_neighbors"] | {"log": None} == {"choices": None, "low": 2, "high": 9, "log": None}
    assert tuning["ranges"]["weights"]["choices"] == ["uniform", "distance"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"validation": "cv", "folds": "1"}, "folds"),
        ({"validation": "cv", "repeats": "0"}, "repeats"),
        ({"group_by": "kind"}, "group_by"),
        ({"group_by": "wild", "order_by": "length"}, "order_by"),
        ({"algorithm": "knn", "balanced": "on"}, "balanced"),
    ],
)
def test_a_way_to_judge_that_cannot_be_is_refused_beside_its_field(web, person, changes, field):
    table = factories.a_dataset(person)
    form = sent(web.get(f"/data/{table.pk}/train", {"target": "kind"}))

    answer = web.post(f"/data/{table.pk}/train", form | changes)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [field])
    assert not Job.objects.exists()


def test_ways_to_judge_reach_the_plan(web, person):
    table = factories.a_dataset(person)
    form = sent(web.get(f"/data/{table.pk}/train", {"target": "kind"}))

    web.post(f"/data/{table.pk}/train", form | {"validation": "cv", "folds": "3", "repeats": "2", "balanced": "on"})

    plan = Job.objects.get().plan
    assert plan["validation"] == {"folds": 3, "repeats": 2, "group_by": None, "order_by": None}
    assert plan["class_weight"] == "balanced"


def test_the_page_has_one_form_of_parameters(web, person):
    table = factories.a_dataset(person)

    page = web.get(f"/data/{table.pk}/train", {"target": "kind"}).content.decode()

    names = re.findall(r'<(?:input|select)[^>]* name="(\w+-\w+)"', page)
    assert {name.partition("-")[0] for name in names} == {"random_forest"}


def test_a_search_just_ticked_shows_what_is_tried_and_starts_nothing(web, person):
    table = factories.a_dataset(person)
    form = sent(web.get(f"/data/{table.pk}/train", {"target": "kind"})) | {"tune-random_forest-search": "on"}

    answer = web.post(f"/data/{table.pk}/train", form | {"again": "1"})

    assert answer.context["tuning_form"]["max_depth_low"].value() is not None
    assert not Job.objects.exists()


def test_a_search_just_ticked_starts_with_what_is_tried_by_default(web, person):
    table = factories.a_dataset(person)
    form = sent(web.get(f"/data/{table.pk}/train", {"target": "kind"})) | {"tune-random_forest-search": "on"}

    web.post(f"/data/{table.pk}/train", form)

    tuning = Job.objects.get().plan["tuning"]
    assert (tuning["method"], tuning["trials"]) == ("bayesian", 30)


def test_the_form_sent_twice_starts_one_job(web, person):
    table = factories.a_dataset(person)
    form = sent(web.get(f"/data/{table.pk}/train", {"target": "kind"}))

    first, second = (web.post(f"/data/{table.pk}/train", form) for _ in range(2))

    assert first["Location"] == second["Location"] == f"/training/{Job.objects.get().pk}"
    assert (balance_of(person), factories.ledger_sum(person)) == (14, 14)


def with_method(web, table, algorithm, **ticked):
    """The page once a method was chosen, with its forms as they are by default, or with its search ticked."""
    address = f"/data/{table.pk}/train"
    first = sent(web.get(address, {"target": "kind"}), algorithm=algorithm)
    return web.post(address, first | ticked | {"again": "1"})


@pytest.mark.parametrize(
    ("algorithm", "changes", "field", "words"),
    [
        (
            "random_forest",
            {"random_forest-n_estimators": "0"},
            "n_estimators",
            "Trees must be a whole number from 1 to 2,000; got 0.",
        ),
        ("random_forest", {"random_forest-n_estimators": "many"}, "n_estimators", "Trees must be a whole number."),
        ("random_forest", {"random_forest-n_estimators": ""}, "n_estimators", "Trees must be a whole number."),
        (
            "random_forest",
            {"random_forest-max_depth": "deep"},
            "max_depth",
            "Greatest depth must be a whole number, or empty.",
        ),
        (
            "knn",
            {"knn-n_neighbors": "900"},
            "n_neighbors",
            "Neighbours must be at most 48, the rows to learn from; got 900.",
        ),
    ],
)
def test_a_refused_parameter_is_called_by_its_label(web, person, algorithm, changes, field, words):
    table = factories.a_dataset(person)
    page = with_method(web, table, algorithm)

    answer = web.post(f"/data/{table.pk}/train", sent_method(page) | changes)

    assert (answer.status_code, answer.context["params_form"].errors) == (400, {field: [words]})


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"trials": "0"}, "trials", "Tries at most must be a whole number from 1 to 200; got 0."),
        ({"trials": ""}, "trials", "Tries at most must be a whole number."),
        ({"folds": "1"}, "folds", "Folds of each try must be a whole number from 2 to 10; got 1."),
        ({"n_neighbors_low": "50", "n_neighbors_high": "2"}, "n_neighbors_low", "Neighbours must start lower than"),
        ({"n_neighbors_low": "2", "n_neighbors_high": ""}, "n_neighbors_high", "Neighbours needs both a low and a"),
        ({"n_neighbors_high": "5000"}, "n_neighbors_high", "Neighbours must be a whole number from 1 to 1,000; got"),
        ({"n_neighbors_low": "0"}, "n_neighbors_low", "Neighbours must be a whole number from 1 to 1,000; got 0."),
        ({"n_neighbors_low": "few"}, "n_neighbors_low", "Neighbours from must be a whole number, or empty."),
    ],
)
def test_a_refused_search_is_said_of_the_label_beside_the_end_at_fault(web, person, changes, field, words):
    table = factories.a_dataset(person)
    page = with_method(web, table, "knn", **{"tune-knn-search": "on"})

    answer = web.post(
        f"/data/{table.pk}/train", sent_method(page) | {f"tune-knn-{name}": value for name, value in changes.items()}
    )

    [(name, [said])] = answer.context["tuning_form"].errors.items()
    assert (answer.status_code, name, said[: len(words)]) == (400, field, words)
    assert Job.objects.count() == 0


def test_a_refusal_of_how_it_is_judged_is_said_of_the_label(web, person):
    table = factories.a_dataset(person)
    form = sent(web.get(f"/data/{table.pk}/train", {"target": "kind"}))

    answer = web.post(f"/data/{table.pk}/train", form | {"validation": "cv", "folds": "1"})
    emptied = web.post(f"/data/{table.pk}/train", form | {"train_percentage": ""})

    assert answer.context["form"].errors == {"folds": ["Folds must be a whole number from 2 to 20; got 1."]}
    assert emptied.context["form"].errors == {"train_percentage": ["Share to learn from must be a whole number."]}


def test_a_refused_field_far_down_the_page_is_marked_and_gone_to(web, person):
    table = factories.a_dataset(person)
    form = sent(web.get(f"/data/{table.pk}/train", {"target": "kind"}))

    page = web.post(f"/data/{table.pk}/train", form | {"train_percentage": "150"}).content.decode()

    assert re.findall(r'name="([^"]*)"[^>]*aria-invalid="true"', page) == ["train_percentage"]
    assert "js/invalid" in page  # moves the focus there


def test_a_method_whose_forms_were_not_shown_is_refused_beside_its_fields(web, person):
    table = factories.a_dataset(person, factories.csv(["x", "y"], [[row, "ab"[row % 2]] for row in range(20)]))
    form = sent(web.get(f"/data/{table.pk}/train", {"target": "y"}), algorithm="knn", train_percentage="10")

    answer = web.post(f"/data/{table.pk}/train", form)

    assert (answer.status_code, list(answer.context["params_form"].errors)) == (400, ["n_neighbors"])


def test_a_parameter_that_was_unticked_stays_so(web, person):
    table = factories.a_dataset(person)
    first = sent(web.get(f"/data/{table.pk}/train", {"target": "weight"}), algorithm="linear")
    page = web.post(f"/data/{table.pk}/train", first | {"again": "1"})
    form = sent_method(page)
    del form["linear-fit_intercept"]

    web.post(f"/data/{table.pk}/train", form)

    assert Job.objects.get().plan["params"] == {"fit_intercept": False}
