from ml.reports import Reporter


def a_reporter(should_stop=lambda: False):
    said = []
    return Reporter(said.append, should_stop), said


def test_parts_share_the_progress_of_a_stage():
    say, said = a_reporter()
    say.stage("fitting", "Two folds")

    half = say.part(0.5, 1, called="Fold 2 of 2")
    half.part(0, 0.5).counted(3, 6, "tree")
    half.counted(6, 6, "tree")

    assert [(each.progress, each.message) for each in said[1:]] == [
        (0.5875, "Fold 2 of 2, tree 3 of 6"),
        (0.85, "Fold 2 of 2, tree 6 of 6"),
    ]


def test_what_begins_in_a_part_is_a_line_of_the_log():
    say, said = a_reporter()
    say.stage("fitting", "Two folds")

    say.part(0, 0.5, called="Fold 1 of 2").stage("fitting", "A forest")

    assert (said[-1].kind, said[-1].stage, said[-1].message) == ("log", "fitting", "Fold 1 of 2: A forest")


def test_what_is_measured_in_a_part_bears_its_marks():
    say, said = a_reporter()
    part = say.part(0, 1, marks={"fold": 2}).part(0, 0.5)

    part.measured(3, "epoch", {"loss": 0.25, "score": float("nan")})
    part.trial({"number": 1})

    assert [each.values for each in said] == [{"loss": 0.25, "fold": 2}, {"number": 1, "fold": 2}]


def test_what_is_measured_has_six_decimals_and_more_where_it_is_small():
    say, said = a_reporter()

    say.measured(1, "round", {"loss": 3.45678912e-10, "rmse": 417.9444551})

    assert said[-1].values == {"loss": 3.45679e-10, "rmse": 417.944455}


def test_a_stop_reaches_every_part_but_the_deaf():
    say, _ = a_reporter(lambda: True)
    part, deaf = say.part(0, 0.5).part(0, 1), say.part(0.5, 1, deaf=True)

    assert (part.should_stop(), deaf.should_stop()) == (True, False)
    assert (part.was_stopped, deaf.was_stopped) == (True, False)


def test_nobody_was_stopped_who_has_not_asked():
    say, _ = a_reporter(lambda: True)

    assert not say.was_stopped
