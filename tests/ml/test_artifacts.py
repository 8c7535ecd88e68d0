import io
import zipfile

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from ml import artifacts
from ml.algorithms.registry import all_algorithms
from ml.errors import UntrustedArtifact
from ml.schema import Task, canonical_frame
from ml.tables.frames import load_frame
from tests.ml.algorithms.fits import answers, learnt, some_rows
from tests.ml.factories import fitted

EVERY = [(each.key, task.value) for each in all_algorithms() for task in each.tasks]


def frame_of(plan, folder):
    raw = load_frame(folder / "table.parquet", plan.columns, [feature.name for feature in plan.features])
    return canonical_frame(raw, plan.features)


def cores_within(part):
    """Every `n_jobs` that a fitted part or anything in it holds."""
    if isinstance(part, list | tuple):
        return {cores for each in part for cores in cores_within(each)}
    if not isinstance(part, BaseEstimator) and not hasattr(part, "estimator"):
        return set()
    return cores_within([*vars(part).values()]) | ({part.n_jobs} if hasattr(part, "n_jobs") else set())


def written(pipeline, path):
    return path, artifacts.save(pipeline, path)


@pytest.mark.parametrize(("algorithm", "task"), EVERY)
def test_every_model_of_ours_opens(tmp_path, algorithm, task):
    plan, outcome = fitted(tmp_path, task=task, algorithm=algorithm)

    pipeline = artifacts.load(tmp_path / "model.skops", sha256=outcome.sha256)

    assert len(pipeline.predict(frame_of(plan, tmp_path))) == 240
    assert cores_within(pipeline["model"]) <= {1, None}


@pytest.mark.parametrize(("algorithm", "task"), EVERY)
def test_a_model_comes_back_bit_for_bit(tmp_path, algorithm, task):
    estimator = learnt(algorithm, Task(task), cores=2)
    before = answers(artifacts.on_one_core(Pipeline([("model", estimator)]))["model"], Task(task))
    path, sha256 = written(Pipeline([("model", estimator)]), tmp_path / "model.skops")

    after = artifacts.load(path, sha256=sha256)

    assert np.array_equal(answers(after["model"], Task(task)), before)


@pytest.mark.parametrize("key", ["lightgbm", "xgboost"])
def test_a_booster_comes_back_at_its_best_round(tmp_path, key):
    estimator = learnt(key, Task.CLASSIFICATION, n_estimators=500, learning_rate=0.5, early_stopping_rounds=5)
    path, sha256 = written(Pipeline([("model", estimator)]), tmp_path / "model.skops")

    after = artifacts.load(path, sha256=sha256)

    assert np.array_equal(answers(after["model"], Task.CLASSIFICATION), answers(estimator, Task.CLASSIFICATION))


def test_estimators_within_others_answer_on_one_core():
    x, y = some_rows(Task.CLASSIFICATION)
    vote = VotingClassifier([("knn", KNeighborsClassifier(n_jobs=2))], voting="soft", n_jobs=2)
    with joblib.parallel_config(backend="threading"):
        pipeline = Pipeline([("model", CalibratedClassifierCV(vote, n_jobs=2).fit(x, y))])
    assert cores_within(pipeline["model"]) == {2}

    artifacts.on_one_core(pipeline)

    assert cores_within(pipeline["model"]) == {1}


def test_no_type_is_trusted_that_no_model_of_ours_needs(tmp_path):
    needed = set()
    for place, (key, task) in enumerate(EVERY):
        path, _ = written(Pipeline([("model", learnt(key, Task(task)))]), tmp_path / f"{place}.skops")
        needed |= set(skops.io.get_untrusted_types(file=path))

    ours = {name for name in artifacts.TRUSTED if name.startswith("ml.steps.")}
    assert {*artifacts.TRUSTED} - ours - needed == {"numpy.dtype"}  # of encoded columns
    assert list(artifacts.TRUSTED) == sorted(artifacts.TRUSTED)


def test_a_file_with_one_other_byte_is_not_opened(tmp_path):
    path, sha256 = written(Pipeline([("model", LinearRegression())]), tmp_path / "model.skops")
    path.write_bytes(path.read_bytes() + b"\0")

    with pytest.raises(UntrustedArtifact, match="changed"):
        artifacts.load(path, sha256=sha256)


def test_a_type_that_is_not_on_the_list_is_not_opened(tmp_path):
    hostile = Pipeline([("step", FunctionTransformer(np.save)), ("model", LinearRegression())])
    path, sha256 = written(hostile, tmp_path / "model.skops")
    assert skops.io.get_untrusted_types(file=path) != []

    with pytest.raises(UntrustedArtifact, match="does not use"):
        artifacts.load(path, sha256=sha256)


def test_what_is_no_pipeline_is_refused(tmp_path):
    path, sha256 = written(LinearRegression(), tmp_path / "model.skops")

    with pytest.raises(UntrustedArtifact, match="no pipeline"):
        artifacts.load(path, sha256=sha256)


def test_a_model_is_exported_as_joblib_and_as_skops(tmp_path):
    plan, outcome = fitted(tmp_path)
    frame, model = frame_of(plan, tmp_path), tmp_path / "model.skops"

    artifacts.export(model, outcome.sha256, "joblib", tmp_path / "model.joblib")
    artifacts.export(model, outcome.sha256, "skops", tmp_path / "copy.skops")

    served = artifacts.load(model, sha256=outcome.sha256).predict_proba(frame)
    assert np.array_equal(joblib.load(tmp_path / "model.joblib").predict_proba(frame), served)
    assert (tmp_path / "copy.skops").read_bytes() == model.read_bytes()


def test_the_hash_is_that_of_the_file(tmp_path):
    path, sha256 = written(Pipeline([("model", LinearRegression())]), tmp_path / "model.skops")

    assert len(sha256) == 64
    assert zipfile.ZipFile(io.BytesIO(path.read_bytes())).testzip() is None
    artifacts.load(path, sha256=sha256)
