"""Searching the parameters of an algorithm that do best on folds of the rows to learn from."""
