"""Drift: how a file differs from its layout and from the last accepted one. Measured here, judged by rules."""
