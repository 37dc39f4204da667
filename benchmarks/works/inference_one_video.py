"""Scores and the class of one video, as a program asks for them that watches."""

from benchmarks.works import inference

TITLE = "Inference, one video"
SIZES = {name: {**size, "videos": 1} for name, size in inference.SIZES.items()}
CONTENDERS = inference.CONTENDERS
PRECISION = inference.PRECISION
flops = inference.flops
