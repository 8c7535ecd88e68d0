"""One fit from table to model file: part the rows, settle the parameters, fit, judge on rows not seen, save."""

from ml.fitting.outcome import FitOutcome
from ml.fitting.run import fit

__all__ = ["FitOutcome", "fit"]
