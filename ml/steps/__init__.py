"""Steps of a pipeline that scikit-learn does not have, each obeying its contract."""
