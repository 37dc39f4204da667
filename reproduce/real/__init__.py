"""Real videos, scored by models that have seen rendered ones."""
