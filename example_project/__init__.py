"""A publication that uses every part of wagtail-wpr. Not part of the distribution."""
