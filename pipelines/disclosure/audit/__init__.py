"""The audit: reads what would leave as an attacker does, turns every number into a fact, and attacks with all of them.

It never looks at what was decided to be withheld; only at what is written.
"""
