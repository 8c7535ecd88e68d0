import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import bootstrap, norm, t, wilcoxon

from ml.comparing import Candidate, compare
from ml.evaluation.resampling import RESAMPLES
from ml.paired import holm, mcnemar, signs_of_groups
from ml.schema import Task

ROWS = 300


@pytest.fixture
def keep(tmp_path):
    """Write the rows a model was judged on, and give it a name."""

    def _keep(name, table, **about):
        path = tmp_path / f"{name}.parquet"
        table.to_parquet(path, index=False)
        return Candidate(name=name, path=path, **{"task": Task.REGRESSION, "target": "price", **about})

    return _keep


def amounts(noise, seed, first=0):
    """Rows `first` and on of a table, predicted with errors of spread `noise`."""
    place = np.arange(first, first + ROWS)
    actual = np.sin(place) * 10
    return pd.DataFrame({"row": place, "actual": actual, "prediction": actual + seeded(seed).normal(0, noise, ROWS)})


def classes(skill, seed):
    actual = np.where(seeded(0).random(ROWS) < 0.4, "yes", "no").astype(object)
    share = np.clip(0.5 + skill * (2 * (actual == "yes") - 1) + seeded(seed).normal(0, 0.2, ROWS), 0.01, 0.99)
    said = np.where(share > 0.5, "yes", "no").astype(object)
    return pd.DataFrame({"row": np.arange(ROWS), "actual": actual, "prediction": said, "p0": 1 - share, "p1": share})


def seeded(seed):
    return np.random.default_rng(seed)


WORDS = {"task": Task.CLASSIFICATION, "classes": ["no", "yes"], "positive": "yes"}


def test_amounts_are_compared_by_signed_ranks_and_the_paired_bootstrap(keep):
    good, bad = amounts(1, 1), amounts(1.4, 2)

    found = compare([keep("good", good), keep("bad", bad)], "mae")[0]

    errors = [np.abs(table["actual"] - table["prediction"]).to_numpy() for table in (good, bad)]
    tail = norm.cdf((ROWS / (ROWS - 1)) ** 0.5 * t.ppf(0.025, ROWS - 1))
    how = {"n_resamples": RESAMPLES, "rng": seeded(0), "method": "BCa", "confidence_level": 1 - 2 * tail}
    theirs = bootstrap((errors[1] - errors[0],), np.mean, **how).confidence_interval
    assert found["p_value"] == pytest.approx(wilcoxon(*errors).pvalue, abs=1e-12)
    assert found["interval"] == pytest.approx([theirs.low, theirs.high], rel=1e-5)
    assert found["difference"] == pytest.approx(np.mean(errors[1] - errors[0]), rel=1e-5)
    assert found["difference"] > 0


def test_classes_are_compared_by_mcnemar(keep):
    good, bad = classes(0.3, 1), classes(0.05, 2)

    found = compare([keep("good", good, **WORDS), keep("bad", bad, **WORDS)], "roc_auc")[0]

    right, others = (table["actual"] == table["prediction"] for table in (good, bad))
    assert found["wins"] == [(right & ~others).sum(), (others & ~right).sum()]
    assert found["p_value"] == mcnemar(*found["wins"]) < 0.001
    assert 0 < found["interval"][0] < found["difference"] < found["interval"][1]
    assert found["sentence"].endswith(": more than chance would do.")


def test_a_model_compared_with_itself_does_not_differ(keep):
    same = keep("same", classes(0.3, 1), **WORDS)

    found = compare([same, replace(same, name="again")], "accuracy")[0]

    assert (found["difference"], found["interval"], found["p_value"], found["wins"]) == (0, [0, 0], 1, [0, 0])
    assert found["sentence"].endswith(" rows new to both, same and again are right for the same ones.")


def test_models_that_differ_by_chance_are_said_to(keep):
    found = compare([keep("one", classes(0.2, 1), **WORDS), keep("other", classes(0.2, 5), **WORDS)], "accuracy")[0]

    assert found["p_adjusted"] > 0.05
    assert found["sentence"].endswith(": which may be chance.")


def test_only_rows_in_common_are_compared(keep):
    one, other = amounts(1, 1), amounts(1, 2, first=200)

    found = compare([keep("one", one), keep("other", other)], "r2")[0]

    assert (found["rows"], found["reason"]) == (100, None)


@pytest.mark.parametrize(
    ("change", "about", "reason"),
    [
        ({"row": lambda table: table["row"] + 1000}, {}, "No row is new to both"),
        ({"row": lambda table: table["row"] + 295}, {}, "Only 5 rows are new to both; at least 10 are needed."),
        ({"actual": lambda table: table["actual"] + 1}, {}, "The rows they have in common differ in price"),
        ({}, {"target": "rent"}, "One predicts price, the other rent."),
        ({}, {"task": Task.CLASSIFICATION}, "One predicts amounts and the other classes."),
    ],
)
def test_what_cannot_be_compared_says_why(keep, change, about, reason):
    other = amounts(1, 2).assign(**change)

    found = compare([keep("one", amounts(1, 1)), keep("other", other, **about)], "r2")

    assert found[0]["reason"].startswith(reason)
    assert "p_value" not in found[0]


def test_a_score_of_another_task_cannot_be_compared(keep):
    found = compare([keep("one", amounts(1, 1)), keep("other", amounts(1, 2))], "accuracy")[0]

    assert found["reason"] == "Accuracy is no score of theirs."


def test_several_pairs_are_adjusted_together(keep):
    models = [keep(f"m{seed}", amounts(1 + seed / 10, seed)) for seed in range(3)]

    found = compare([*models, keep("far", amounts(1, 9, first=5000))], "mae")

    known = [pair for pair in found if pair["reason"] is None]
    assert (len(found), len(known)) == (6, 3)
    assert [pair["p_adjusted"] for pair in known] == holm([pair["p_value"] for pair in known])
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_a_pair_among_others_is_told_as_alone(keep):
    one, other = keep("one", classes(0.3, 1), **WORDS), keep("other", classes(0.05, 2), **WORDS)
    part = keep("part", classes(0.2, 3).iloc[:120], **WORDS)

    among = [compare([one, part, other], metric)[1] for metric in ("roc_auc", "f1")]

    for pair, metric in zip(among, ("roc_auc", "f1"), strict=True):
        (alone,) = compare([one, other], metric)
        said = {"p_adjusted", "sentence"}
        assert {key: pair[key] for key in pair.keys() - said} == {key: alone[key] for key in alone.keys() - said}


def test_how_many_rows_each_was_judged_on_is_told(keep):
    found = compare([keep("one", amounts(1, 1)), keep("other", amounts(1, 2, first=200).iloc[:150])], "r2")[0]

    assert (found["rows"], found["rows_judged"]) == (100, [300, 150])


def test_rows_of_several_repeats_count_once(keep):
    twice = pd.concat([amounts(1, 1), amounts(1, 3)])

    found = compare([keep("twice", twice), keep("once", amounts(1, 1))], "mae")[0]

    assert (found["rows"], found["difference"]) == (300, 0)


def by_people(table, people=10):
    return table.assign(group=table["row"] % people)


def test_rows_of_one_group_are_drawn_and_flipped_together(keep):
    good, bad = amounts(1, 1), amounts(1.4, 2)

    found = compare([keep("good", by_people(good)), keep("bad", by_people(bad))], "mae")[0]

    errors = [np.abs(table["actual"] - table["prediction"]).to_numpy() for table in (good, bad)]
    apart = errors[1] - errors[0]
    assert (found["rows"], found["groups"], found["test"]) == (300, 10, "signs_of_groups")
    assert found["p_value"] == signs_of_groups(apart, np.arange(300) % 10)
    assert found["difference"] == pytest.approx(np.mean(apart), rel=1e-5)
    assert found["sentence"].startswith("On 300 rows of 10 groups new to both, good is closer for ")
    tail = norm.cdf((10 / 9) ** 0.5 * t.ppf(0.025, 9))
    how = {"n_resamples": RESAMPLES, "rng": seeded(0), "method": "BCa", "confidence_level": 1 - 2 * tail}
    theirs = bootstrap((apart.reshape(30, 10).mean(axis=0),), np.mean, **how).confidence_interval
    assert found["interval"] == pytest.approx([theirs.low, theirs.high], rel=1e-5)


def test_what_one_file_knows_of_groups_holds_for_both(keep):
    good, bad = classes(0.3, 1), classes(0.05, 2)

    one, both = (
        compare([keep("good", by_people(good), **WORDS), keep("bad", other, **WORDS)], "accuracy")[0]
        for other in (bad, by_people(bad).assign(group=lambda table: -table["group"]))
    )

    assert one == both
    assert one["sentence"].startswith("On 300 rows of 10 groups new to both, good is right for ")


def test_a_pair_without_groups_is_told_by_rows_beside_one_with(keep):
    plain = [keep(f"m{seed}", amounts(1 + seed / 10, seed)) for seed in range(2)]

    found = compare([*plain, keep("grouped", by_people(amounts(2, 5)))], "mae")

    assert [pair["groups"] for pair in found] == [None, 10, 10]
    assert [pair["test"] for pair in found] == ["wilcoxon", "signs_of_groups", "signs_of_groups"]
    assert found[0]["interval"] == compare(plain, "mae")[0]["interval"]


@pytest.mark.parametrize(("people", "are"), [(5, "5 groups"), (1, "1 group")])
def test_too_few_groups_cannot_be_compared(keep, people, are):
    found = compare([keep("one", by_people(amounts(1, 1), people)), keep("other", amounts(1, 2))], "mae")[0]

    assert found["reason"].startswith(f"The rows new to both are of only {are}; at least 6 are needed")
    assert "p_value" not in found


def test_groups_that_do_not_differ_are_no_certainty(keep):
    good = amounts(0, 1)
    bad = good.assign(prediction=good["prediction"] + (good["row"] // 10) % 2)

    found = compare([keep("good", by_people(good)), keep("bad", by_people(bad))], "mae")[0]

    assert (found["difference"], found["interval"]) == (0.5, None)
    assert found["p_value"] == pytest.approx(2 / 2**10)
