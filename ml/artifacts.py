"""Model files: written as skops, verified by hash, opened only when every type in them is one we use."""

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Literal

import joblib
import skops.io
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline
from skops.io._utils import SaveContext, get_state

from ml.errors import UntrustedArtifact

PIECE_BYTES = 1024 * 1024
# What skops does not trust by itself and our pipelines hold; tests fit every algorithm and step against it.
# Never fill it from skops.io.get_untrusted_types at run time, which would trust whatever a file asks for.
TRUSTED = (
    "collections.OrderedDict",  # LightGBM's scores by name
    "functools.partial",  # gradient boosting's own check of category codes
    "lightgbm.basic.Booster",
    "lightgbm.sklearn.LGBMClassifier",
    "lightgbm.sklearn.LGBMRegressor",
    "ml.steps.binning.BinNumbers",
    "ml.steps.calendar.ChosenDateParts",
    "ml.steps.dates.DateParts",
    "ml.steps.encoding.OneHotColumns",
    "ml.steps.encoding.OrdinalColumns",
    "ml.steps.encoding.RareCategories",
    "ml.steps.encoding.TargetColumns",
    "ml.steps.filling.FillMissing",
    "ml.steps.filling.MarkMissing",
    "ml.steps.framed.ChooseColumns",
    "ml.steps.framed.DropColumns",
    "ml.steps.numbers.ClipOutliers",
    "ml.steps.numbers.Interactions",
    "ml.steps.numbers.LogNumbers",
    "ml.steps.numbers.PowerNumbers",
    "ml.steps.numbers.ScaleNumbers",
    "ml.steps.texts.WordWeights",
    "numpy.dtype",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.metrics._dist_metrics.EuclideanDistance64",
    "sklearn.model_selection._split.StratifiedKFold",
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.tree._tree.Tree",
    "sklearn.utils._bunch.Bunch",  # a vote's voters by name
    "sklearn.utils.validation.check_array",
    "xgboost.core.Booster",
    "xgboost.sklearn.XGBClassifier",
    "xgboost.sklearn.XGBRegressor",
)


def save(pipeline: Pipeline, path: Path) -> str:
    """Write a fitted pipeline and return the SHA-256 of the file, in hex.

    What `skops.io.dump` does, but straight into the file: that one keeps the whole archive in memory first and
    can only be hashed afterwards, which takes twice as long for a large forest. Stored without compression, as
    deflating the 345 MB of 100 trees on 43,000 rows takes three times as long for a fifth of the size.
    """
    with path.open("wb") as file, ThreadPoolExecutor(1) as thread:
        hashed = _HashedFile(file, thread)
        # In large pieces: a forest is thousands of small arrays, and each hand-over to the other thread costs.
        buffered = io.BufferedWriter(hashed, PIECE_BYTES)
        with zipfile.ZipFile(buffered, "w", zipfile.ZIP_STORED) as archive:
            context = SaveContext(zip_file=archive)
            state = get_state(pipeline, context)
            state |= {"protocol": context.protocol, "_skops_version": skops.__version__}
            archive.writestr("schema.json", json.dumps(state))
        buffered.flush()
        return hashed.sha256()


def load(path: Path, *, sha256: str) -> Pipeline:
    """Open a model file written by `save`, ready to answer single rows.

    Raises UntrustedArtifact, without having opened it, when the file is not byte for byte the one whose hash
    is given; and when it holds a type that is not on our list.
    """
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise UntrustedArtifact("The model's file has changed since it was written; it was not opened.")
        file.seek(0)
        try:
            pipeline = skops.io.load(file, trusted=list(TRUSTED))
        except skops.io.exceptions.UntrustedTypesFoundException as error:
            raise UntrustedArtifact("The model's file holds parts this platform does not use.") from error
    if not isinstance(pipeline, Pipeline):
        raise UntrustedArtifact("The model's file holds no pipeline.")
    return on_one_core(pipeline)


def on_one_core(pipeline: Pipeline) -> Pipeline:
    """Make a fitted pipeline answer on one core, and return it.

    Threads cost more than they save on a few rows, and a forest adds up its trees in the order its threads
    finish, so that only one of them gives the same last digit every time.
    """
    for each in _within(pipeline.steps):
        if hasattr(each, "n_jobs"):
            each.set_params(n_jobs=1)
    return pipeline


def _within(part: Any) -> Iterator[BaseEstimator]:
    """An estimator and those it is made of: what it wraps, its voters, its trees."""
    if isinstance(part, list | tuple):
        for each in part:
            yield from _within(each)
    elif isinstance(part, BaseEstimator) or hasattr(part, "estimator"):  # what calibrates is no estimator, but has one
        if isinstance(part, BaseEstimator):
            yield part
        yield from _within(list(vars(part).values()))


def export(path: Path, sha256: str, format: Literal["joblib", "skops"], destination: Path) -> None:  # noqa: A002
    """Write a model file for download: the skops file as it is, or as joblib.

    Raises UntrustedArtifact as `load` does. To open a file of a model that reads dates or has feature steps,
    in either format, this package must be installed: their transformers are ours.
    """
    if format == "skops":
        load(path, sha256=sha256)
        shutil.copyfile(path, destination)
    else:
        joblib.dump(load(path, sha256=sha256), destination, compress=1)


class _HashedFile(io.RawIOBase):
    """Takes what is written to a file, from its first byte to its last, and hashes it on another core."""

    def __init__(self, file: IO[bytes], thread: ThreadPoolExecutor) -> None:
        self._file = file
        self._thread = thread
        self._hash = hashlib.sha256()

    def sha256(self) -> str:
        return self._hash.hexdigest()

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False  # so that the archive never goes back to change what has been hashed

    def write(self, data: Any) -> int:
        hashing = self._thread.submit(self._hash.update, data)
        written = self._file.write(data)
        hashing.result()  # the caller may change the data once this returns
        return written
