import pytest

from datasets.progress import share_done, told

STAGES = ["unpacking", "checking", "decoding", "reading", "tidying", "typing", "writing", "describing", "profiling"]


def test_share_grows_from_stage_to_stage_up_to_one():
    shares = [share_done(stage, done, 10) for stage in [*STAGES, "exploring"] for done in (0, 5, 10)]

    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, pytest.approx(1))


@pytest.mark.parametrize(("stage", "done", "total"), [("", 0, 0), ("of another release", 5, 10), ("unpacking", 0, 0)])
def test_share_of_what_is_not_counted_is_nothing(stage, done, total):
    assert share_done(stage, done, total) == 0


@pytest.mark.parametrize(
    ("stage", "detail", "text"),
    [
        ("", {}, "Waiting for a free reader"),
        ("reading", {"done": 412_000_000, "total": 1_000_000_000, "unit": "bytes"}, "Reading: 412 MB of 1 GB"),
        ("typing", {"done": 7, "total": 13, "unit": "columns"}, "Types: column 7 of 13"),
        ("profiling", {"done": 7, "total": 1300, "unit": "column"}, "Profile: column 7 of 1,300"),
        ("writing", {"done": 40, "total": 100, "unit": "percent"}, "Writing: 40 %"),
        ("exploring", {}, "Relations"),
        ("of another release", {"done": None, "total": None, "unit": None}, "Of another release"),
    ],
)
def test_stage_is_told_with_its_counts(stage, detail, text):
    assert told(stage, detail).text == text


def test_bar_has_the_counts_of_the_stage():
    stage = told("typing", {"done": 7, "total": 13, "unit": "columns"})

    assert (stage.done, stage.total) == (7, 13)
