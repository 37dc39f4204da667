"""What people read of a run."""

from keras_wsad.report.metrics_table import print_metrics

__all__ = ["print_metrics"]
