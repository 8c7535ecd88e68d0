"""One fit from table to model file."""

from collections.abc import Callable
from pathlib import Path

from ml.evaluation import evaluate
from ml.fitting.crossing import cross_validated
from ml.fitting.explaining import join
from ml.fitting.making import with_rows_held_out
from ml.fitting.outcome import FitOutcome, saved
from ml.fitting.rows import read
from ml.plan import FitPlan
from ml.reports import Report, Reporter


def fit(
    plan: FitPlan,
    *,
    table: Path,
    destination: Path,
    report: Callable[[Report], None],
    should_stop: Callable[[], bool] = lambda: False,
    cores: int = 1,
) -> FitOutcome:
    """Fit a plan to a stored table and judge it on rows not seen.

    With one part held out, what was judged is what is saved: the model is not fitted again on all rows. With folds,
    each is judged by a pipeline made in the same way from the others, and the one saved is made from all rows. Writes
    `model.skops` and `holdout.parquet` into the folder `destination`. The latter has, for each row that judges (of the
    first repeat), its place in the table (`row`, from 0), `actual`, `prediction`, with folds the number of its fold
    (`part`), where groups of rows stay together the code of its own (`group`), and for classes their probabilities
    `p0`, `p1` … in the order of the output schema.

    Once `should_stop` says yes, the fit goes on with the best it has: a search ends with its best candidate, folds
    with those done, and an algorithm that keeps what it has so far with that; what has nothing yet goes on until it
    has. Raises CannotFit in plain words for what the data makes impossible.
    """
    say = Reporter(report, should_stop)
    say.stage("reading", "Reading the table")
    rows = read(plan, table)
    for note in rows.notes:
        say.log(note)
    make = with_rows_held_out if plan.validation.folds is None else cross_validated
    made = make(plan, rows, say=say, cores=cores)
    metrics, evaluation = evaluate(plan.task, made.held_out)
    say.metric({key: value for key, value in metrics.items() if key != "baseline"})
    say.stage("saving", "Writing the model")
    join(evaluation, made.importance)
    evaluation["judged_by"] = made.validation["words"]
    return saved(plan, rows, made, destination, metrics=metrics, evaluation=evaluation)
