"""Gaps between subgroups and all concentrators, with what they can bear: intervals, tests, bounds, methods, order.

``build_gaps`` reads ``mart.indicator`` and writes ``mart.gap`` and ``mart.gap_method``. Exact integers decide; floats
are for statistics and display. No page and no suppression here: both tables are restricted.
"""
