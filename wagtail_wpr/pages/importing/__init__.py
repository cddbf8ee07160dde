"""Brings articles and reports in from JSON Lines: reads lines, makes blocks, writes pages in bulk."""
