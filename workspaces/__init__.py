"""Workspaces, their members and projects; access.py alone says who may do what."""
