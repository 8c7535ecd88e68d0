import numpy as np
import pytest

from ml.schema import frame_of
from ml.steps.texts import WordWeights


def texts(*values):
    return frame_of({"advert": np.array(values, dtype=object)}, len(values))


def test_words_become_columns_with_weights():
    made = WordWeights(["advert"]).fit_transform(texts("old old house", "old", ""))

    assert list(made.columns) == ["advert: house", "advert: old"]
    assert (made.to_numpy() ** 2).sum(axis=1).tolist() == pytest.approx([1, 1, 0])


def test_only_the_most_frequent_words_are_kept():
    made = WordWeights(["advert"], words=1, pairs=True).fit_transform(texts("old house", "old barn"))

    assert list(made.columns) == ["advert: old"]


def test_a_text_without_a_word_gives_no_columns():
    step = WordWeights(["advert"]).fit(texts("", "!"))

    assert step.transform(texts("old house")).shape == (1, 0)
