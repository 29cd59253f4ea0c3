"""A release: which years may leave, what is withheld of them, the audit of what would leave, and the record of it.

``years`` decides what becomes of each year, ``grantee`` makes the release of one grantee, ``rehearsal`` says what it
would be, ``every`` goes through the grantees. How counts hang together, what is withheld and what an attacker finds
stands in the other rooms of ``disclosure``; ``rooms`` names what is asked of them.
"""
