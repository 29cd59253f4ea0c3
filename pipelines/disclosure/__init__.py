"""Disclosure control: what may leave, so that nobody can be told from it, and the proof of that.

The way of a release: ``gather`` states the counts and how they hang together as a ``problem``, ``protect`` decides what
is withheld, ``release`` writes down what would leave, ``audit`` attacks just that. No page, no command.
"""
