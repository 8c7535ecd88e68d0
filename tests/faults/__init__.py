"""Faults made on purpose in a running product: `python -m tests.faults`; see README.md."""
