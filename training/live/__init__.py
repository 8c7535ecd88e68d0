"""Journals as they grow: what sockets follow."""
