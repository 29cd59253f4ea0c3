"""What may leave: fills ``publish.*`` and swaps in fresh, read-only files below ``published/``.

``fill`` makes the tables in the warehouse, ``file`` and ``copies`` write them out. Which counts may leave is decided
and attacked in ``disclosure``; the models of ``sql/publish`` read what a release has kept and nothing else.
"""
