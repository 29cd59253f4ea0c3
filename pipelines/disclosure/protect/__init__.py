"""What is withheld so that no sensitive count can be told: least loss first, then a check of everything together.

``protect.protect`` is the one way in. It knows only a ``Problem``: no tables, no policy, no grantee.
"""
