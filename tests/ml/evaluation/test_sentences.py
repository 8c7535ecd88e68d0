import pytest

from ml.evaluation.sentences import amount, class_said, classification_sentence, regression_sentence


def test_a_wide_interval_is_said_and_a_narrow_one_is_not():
    wide = classification_sentence(1000, 820, "died", 620, (0.74, 0.88))
    narrow = classification_sentence(100_000, 82_000, "died", 62_000, (0.818, 0.822))

    assert wide == (
        "Right for 82 of 100 rows it had not seen (between 74 and 88 allowing for chance); "
        "always answering died is right for 62."
    )
    assert narrow == "Right for 82 of 100 rows it had not seen; always answering died is right for 62."


def test_fewer_than_100_rows_are_counted():
    assert classification_sentence(24, 20, True, 14, (0.63, 0.95)) == (
        "Right for 20 of 24 rows it had not seen (between 63 and 95 of 100 allowing for chance); "
        "always answering true is right for 14."
    )


def test_what_rounds_to_the_same_is_told_apart():
    said = classification_sentence(1000, 974, "no", 966, (0.968, 0.98))

    assert said == "Right for 97.4 of 100 rows it had not seen; always answering no is right for 96.6."


def test_nearly_all_is_not_all():
    assert classification_sentence(1000, 999, "no", 500).startswith("Right for 99.9 of 100 rows")
    assert classification_sentence(1000, 1000, "no", 500).startswith("Right for 100 of 100 rows")


def test_sentences_own_up_when_nothing_was_learnt():
    assert classification_sentence(10, 6, True, 6) == (
        "Right for 6 of 10 rows it had not seen; always answering true is right for 6. It is no better than that."
    )
    assert classification_sentence(10, 7, "a", 6, (0.5, 0.9)).endswith("is right for 6. The difference may be chance.")
    assert regression_sentence(10, None, None) == (
        "Its errors on 10 rows it had not seen are too large to be averaged."
    )


def test_amounts_that_are_far_from_sure_say_so():
    assert regression_sentence(40, 352.4, 2742.8, (210.0, 610.0)) == (
        "Off by 352 on average (between 210 and 610 allowing for chance) on 40 rows it had not seen; "
        "always answering the middle value is off by 2,743."
    )


@pytest.mark.parametrize(
    ("value", "written"), [(94.16, "94.2"), (0.4612, "0.461"), (100.4, "100"), (999.6, "1,000"), (1e-9, "1e-09")]
)
def test_amounts_are_written_with_three_digits(value, written):
    assert amount(value) == written


def test_long_classes_are_cut():
    assert class_said("x" * 50) == "x" * 39 + "…"
