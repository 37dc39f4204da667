"""Inference with a trained model: loading, prediction, pictures and export."""

from keras_wsad.lazy import on_demand

__all__ = [
    "Alarm",
    "Prediction",
    "Predictor",
    "VideoPrediction",
    "compiled",
    "load",
]

__getattr__ = on_demand(
    __name__,
    {
        "compiled": "open_model",
        "load": "load_model",
        "Prediction": "prediction",
        "Predictor": "predictor",
        "Alarm": "video_prediction",
        "VideoPrediction": "video_prediction",
    },
)
