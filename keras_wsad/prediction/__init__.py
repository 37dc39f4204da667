"""What a model says of a video: scores, alarms, and their picture."""

from keras_wsad.prediction.prediction import Prediction
from keras_wsad.prediction.predictor import Predictor
from keras_wsad.prediction.video_prediction import Alarm
from keras_wsad.prediction.video_prediction import VideoPrediction

__all__ = ["Alarm", "Prediction", "Predictor", "VideoPrediction"]
