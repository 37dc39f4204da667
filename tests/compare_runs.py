import csv

import keras
import numpy as np


def read_log(run):
    with open(run.log, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def weights_of(path):
    return keras.saving.load_model(path, compile=False).get_weights()


def assert_same_runs(left, right):
    assert read_log(left) == read_log(right)
    for a, b in zip(weights_of(left.model), weights_of(right.model), strict=True):
        np.testing.assert_array_equal(a, b)
