"""Notices after a night: what changed and what is blocked, to the people who asked for it; never a person's value."""
