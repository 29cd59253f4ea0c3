"""All commands by which people decide, for the command ``cte`` to take in."""

from __future__ import annotations

from pipelines.cli_acts.decisions import accept, acts, certify, refuse
from pipelines.cli_acts.keeping import key, purge

COMMANDS = (accept, refuse, certify, acts, purge, key)
