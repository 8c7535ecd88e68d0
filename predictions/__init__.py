"""Answers of models: to one row or many, charged and kept."""
