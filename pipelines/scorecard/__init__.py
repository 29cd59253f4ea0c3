"""From results to what a needs assessment can be told: evidence, suggested levels, gates."""
