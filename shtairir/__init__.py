"""Shtairir: see the documentation."""
