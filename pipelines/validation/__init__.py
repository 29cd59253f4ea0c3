"""Runs the rule book: the only room that knows how Great Expectations runs."""
