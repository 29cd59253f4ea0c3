"""The worksheet of the Consolidated Annual Report: lines, checks, files, and what was certified and frozen."""
