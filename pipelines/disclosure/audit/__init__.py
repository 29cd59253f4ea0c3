"""The audit: reads what would leave as an attacker does, turns every number into a fact, and attacks with all of them.

It never looks at what was decided to be withheld; only at what is written.
"""

from pipelines.disclosure.audit.statements import read_statements, statements
from pipelines.disclosure.audit.under_policy import Finding, under_policy
from pipelines.disclosure.audit.unread import unread
from pipelines.disclosure.audit.verdict import Audit, audit

__all__ = ["Audit", "Finding", "audit", "read_statements", "statements", "under_policy", "unread"]
