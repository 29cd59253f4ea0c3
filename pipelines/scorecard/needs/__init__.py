"""Evidence for the comprehensive local needs assessment of Perkins V section 134(c)(2), by eligible recipient.

Each module makes the tables of one element or two. Every count rests on a mart; nothing is judged here.
"""
