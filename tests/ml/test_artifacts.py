import io
import zipfile

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from ml import artifacts
from ml.algorithms.registry import all_algorithms
from ml.errors import UntrustedArtifact
from ml.schema import canonical_frame
from ml.tables.frames import load_frame
from tests.ml.factories import fitted

EVERY = [(each.key, task.value) for each in all_algorithms() for task in each.tasks]


def frame_of(plan, folder):
    raw = load_frame(folder / "table.parquet", plan.columns, [feature.name for feature in plan.features])
    return canonical_frame(raw, plan.features)


def written(pipeline, path):
    return path, artifacts.save(pipeline, path)


@pytest.mark.parametrize(("algorithm", "task"), EVERY)
def test_every_model_of_ours_opens(tmp_path, algorithm, task):
    plan, outcome = fitted(tmp_path, task=task, algorithm=algorithm)

    pipeline = artifacts.load(tmp_path / "model.skops", sha256=outcome.sha256)

    assert len(pipeline.predict(frame_of(plan, tmp_path))) == 240
    assert pipeline["model"].get_params().get("n_jobs", 1) in (1, None)


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
