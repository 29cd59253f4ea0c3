"""Judges files before they are submitted: the same reading and rules as at night, in memory, leaving no trace."""
