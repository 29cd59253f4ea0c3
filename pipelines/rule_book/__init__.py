"""The rule book as people read it: its page, its queries, the commands ``cte rules`` and ``cte rejudge``."""
