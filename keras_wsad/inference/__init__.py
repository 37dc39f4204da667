"""Inference with a trained model: loading, prediction, pictures and export."""

from keras_wsad.inference.open_model import compiled
from keras_wsad.inference.open_model import load
from keras_wsad.inference.prediction import Prediction
from keras_wsad.inference.predictor import Predictor
from keras_wsad.inference.video_prediction import Alarm
from keras_wsad.inference.video_prediction import VideoPrediction

__all__ = [
    "Alarm",
    "Prediction",
    "Predictor",
    "VideoPrediction",
    "compiled",
    "load",
]
