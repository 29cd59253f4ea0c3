"""All commands about what people decide, for the command ``cte`` to take in."""

from __future__ import annotations

from pipelines.cli_acts.decisions import accept, acts, certify, refuse
from pipelines.cli_acts.keeping import key, purge
from pipelines.cli_acts.waivers import waivers
from pipelines.cli_acts.worksheets import freeze

COMMANDS = (accept, refuse, certify, freeze, acts, purge, key, waivers)
