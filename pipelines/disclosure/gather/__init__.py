"""What a release would say, and what everybody knows of it: counts of persons, and how they hang together.

``plan`` names what is published, ``cells`` reads it, ``coding`` says what must stay uncertain, ``relations``, ``links``
and ``public`` how the counts hang together, ``pooled`` adds sums of years. Nothing is decided or attacked here.
"""
