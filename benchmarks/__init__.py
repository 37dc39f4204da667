"""Measurements of speed and memory. No part of the package."""
