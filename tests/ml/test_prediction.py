import json

import numpy as np
import pandas as pd
import pytest

from ml import artifacts
from ml.algorithms.registry import all_algorithms
from ml.prediction import Answer, Predictor
from ml.schema import InputField, parse_rows
from tests.ml.factories import INPUTS, fitted, mixed_values

EVERY = [(each.key, task.value) for each in all_algorithms() for task in each.tasks]


def served(folder, plan, outcome):
    fields = [InputField.from_json(field) for field in json.loads(json.dumps(outcome.input_schema))]
    pipeline = artifacts.load(folder / "model.skops", sha256=outcome.sha256)
    return Predictor(pipeline, task=plan.task, fields=fields)


def rows_as_json(places):
    values = mixed_values()
    rows = [{name: values[name][place] for name in INPUTS} for place in places]
    return json.loads(json.dumps(rows, default=lambda moment: moment.isoformat()))


def numbers(answers):
    """The amounts, or the probabilities, of answers as an array."""
    return np.array([list((answer.probabilities or {"": answer.prediction}).values()) for answer in answers])


@pytest.mark.parametrize(("algorithm", "task"), EVERY)
def test_a_row_gets_the_answer_of_the_evaluation_alone_and_among_others(tmp_path, algorithm, task):
    plan, outcome = fitted(tmp_path, task=task, algorithm=algorithm)
    judged = pd.read_parquet(tmp_path / "holdout.parquet")
    predictor = served(tmp_path, plan, outcome)
    rows = rows_as_json(judged["row"])

    among = predictor.predict(parse_rows(rows, predictor.fields).frame)
    alone = [predictor.predict(parse_rows([row], predictor.fields).frame)[0] for row in rows]

    recorded = judged.filter(regex=r"^p\d+$" if task == "classification" else "prediction").to_numpy()
    assert numbers(among) == pytest.approx(recorded, rel=1e-9, abs=1e-9)
    assert numbers(alone) == pytest.approx(recorded, rel=1e-9, abs=1e-9)
    if task == "classification":
        assert [answer.prediction for answer in alone] == judged["prediction"].tolist()


@pytest.mark.parametrize("algorithm", ["knn", "random_forest"])
def test_a_row_written_as_text_gets_the_same_answer(tmp_path, algorithm):
    plan, outcome = fitted(tmp_path, algorithm=algorithm)
    predictor = served(tmp_path, plan, outcome)
    rows = rows_as_json(range(30))
    as_text = [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]

    parsed, parsed_text = (parse_rows(each, predictor.fields) for each in (rows, as_text))

    assert predictor.predict(parsed.frame) == predictor.predict(parsed_text.frame)
    assert parsed.warnings == parsed_text.warnings


def test_answers_are_natural_json_values(tmp_path):
    plan, outcome = fitted(tmp_path)
    predictor = served(tmp_path, plan, outcome)

    answer = predictor.predict(parse_rows(rows_as_json([0]), predictor.fields).frame)[0]

    assert answer.prediction in ("cheap", "dear")
    assert list(answer.probabilities) == ["cheap", "dear"]
    assert answer.confidence == max(answer.probabilities.values())
    assert json.loads(json.dumps(answer.to_json(), allow_nan=False)) == answer.to_json()


def test_an_amount_has_no_probabilities():
    assert Answer(3.5).to_json() == {"prediction": 3.5}


def test_a_row_of_gaps_only_is_answered(tmp_path):
    plan, outcome = fitted(tmp_path, algorithm="hist_gradient_boosting")
    predictor = served(tmp_path, plan, outcome)

    parsed = parse_rows([{"width": None}], predictor.fields)

    assert len(parsed.warnings[0]) == len(INPUTS)
    assert 0.5 <= predictor.predict(parsed.frame)[0].confidence <= 1
