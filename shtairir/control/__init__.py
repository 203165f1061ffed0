"""Runs under control: several at once, paused, stepped through, rehearsed."""
