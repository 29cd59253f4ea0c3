"""What the pipeline costs beside the plainest way to do the same work. `make bench` prints the table.

Measurements only: nothing in the pipeline imports from here, and the wheel does not carry it.
"""
