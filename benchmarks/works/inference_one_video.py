"""Inference of the joint model on one video, as in live use."""

from benchmarks.works import inference

TITLE = "Inference, one video"
SIZES = {name: {**size, "videos": 1} for name, size in inference.SIZES.items()}
CONTENDERS = inference.CONTENDERS
PRECISION = inference.PRECISION
flops = inference.flops
