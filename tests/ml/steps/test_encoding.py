import numpy as np
import pytest

from ml.algorithms.registry import RowFacts
from ml.schema import frame_of
from ml.steps.encoding import OneHotColumns, OrdinalColumns, RareCategories, TargetColumns


def words(*values):
    return frame_of({"town": np.array(values, dtype=object)}, len(values))


def numbers(*values):
    return frame_of({"town": np.array(values, dtype=float)}, len(values))


def test_the_commonest_categories_get_a_column_each():
    step = OneHotColumns(["town"], most=2).fit(words("b", "b", "a", "", ""))

    made = step.transform(words("a", "b", "", "c"))

    assert list(made.columns) == ["town missing", "town = b"]
    assert made.to_numpy().tolist() == [[0, 0], [0, 1], [1, 0], [0, 0]]


def test_whole_numbers_are_categories_too():
    assert list(OneHotColumns(["town"]).fit_transform(numbers(3, 1, np.nan)).columns) == [
        "town missing",
        "town = 1",
        "town = 3",
    ]


def test_codes_follow_the_alphabet_and_what_is_unknown_is_missing():
    step = OrdinalColumns(["town"]).fit(words("b", "a", ""))

    codes = step.transform(words("a", "b", "", "c"))["town"].tolist()

    assert codes == pytest.approx([0, 1, np.nan, np.nan], nan_ok=True)


def test_codes_follow_an_order_that_is_given():
    step = OrdinalColumns(["town"], order=["small", "medium", "large"]).fit(words("large", "small"))

    assert step.transform(words("large", "medium", "small"))["town"].tolist() == [2, 1, 0]
    assert step.learnt() == ["town: small, medium, large"]


def test_rare_and_unseen_categories_share_a_name():
    step = RareCategories(["town"], share=0.4, name="rest").fit(words("a", "a", "b", "", "c"))

    assert step.transform(words("a", "b", "", "new"))["town"].tolist() == ["a", "rest", "", "rest"]
    assert step.learnt() == ["town: 1 categories kept, the rest are 'rest'"]


def test_later_rows_get_the_mean_of_all_and_unseen_ones_that_of_everything():
    town, price = words(*["a"] * 50, *["b"] * 50), np.r_[np.full(50, 1.0), np.full(50, 3.0)]

    step = TargetColumns(["town"]).fit(town, price)

    assert step.transform(words("a", "b", "c"))["town"].tolist() == pytest.approx([1, 3, 2])


def test_rows_learnt_from_are_encoded_by_the_others():
    town, price = words(*"aabbccdd"), np.array([0.0, 10.0] * 4)

    crossed = TargetColumns(["town"], folds=8).fit_transform(town, price)["town"]

    assert (np.corrcoef(crossed, price)[0, 1]) < 0  # each row's own answer is what its mean lacks


def test_each_of_several_classes_has_a_share():
    town, kind = words(*["a"] * 20, *["b"] * 20), np.array(["x", "y"] * 10 + ["z"] * 20, dtype=object)

    step = TargetColumns(["town"], classes=True).fit(town, kind)

    made = step.transform(words("b"))
    assert list(made.columns) == ["town: x", "town: y", "town: z"]
    assert made.iloc[0].tolist() == pytest.approx([0, 0, 1])


def test_classes_of_one_row_each_teach_only_the_mean():
    crossed = TargetColumns(["town"], classes=True).fit_transform(words("a", "b"), np.array([0, 1]))

    assert crossed["town"].tolist() == [0.5, 0.5]


def test_rows_of_a_group_are_encoded_by_other_groups():
    town, price = words(*"aabbccdd"), np.array([1.0, 1.0, 3.0, 3.0, 5.0, 5.0, 7.0, 7.0])
    people = np.repeat([0, 1, 2, 3], 2)

    crossed = TargetColumns(["town"], folds=4).fit_transform(town, price, facts=RowFacts(groups=people))["town"]

    others = [5.0, 13 / 3, 11 / 3, 3.0]  # no other person has been to this town, so it says nothing
    assert crossed.tolist() == pytest.approx(np.repeat(others, 2).tolist())


@pytest.mark.parametrize("classes", [["x", "y"], ["x", "y", "z"]])
def test_rows_with_moments_are_encoded_by_earlier_ones(classes):
    random = np.random.default_rng(0)
    town, hours = words(*random.choice(list("abc"), 60)), random.permutation(60)
    kind = random.choice(classes, 60)

    encoded = TargetColumns(["town"], folds=3, classes=True)
    crossed = encoded.fit_transform(town, kind, facts=RowFacts(moments=hours)).to_numpy()

    early, late = hours < 20, hours >= 40
    for rows, others in ((early, ~early), (late, ~late)):  # before the earliest there is nothing to encode them by
        by_others = TargetColumns(["town"], classes=True).fit(town[others], kind[others])
        assert crossed[rows] == pytest.approx(by_others.transform(town[rows]).to_numpy())


@pytest.mark.parametrize("facts", [RowFacts(groups=np.zeros(6)), RowFacts(moments=np.full(6, 8))])
def test_rows_of_an_only_group_or_moment_get_the_mean_of_all(facts):
    crossed = TargetColumns(["town"]).fit_transform(words(*"aabbcc"), np.arange(6.0), facts=facts)

    assert crossed["town"].tolist() == [2.5] * 6


def test_a_target_encoding_needs_a_target():
    with pytest.raises(ValueError, match="needs the target"):
        TargetColumns(["town"]).fit(words("a"))
