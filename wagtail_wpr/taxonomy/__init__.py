"""Regions, topics, contributors and series: what an article is about and who wrote it."""
