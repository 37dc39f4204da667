import numpy as np

from keras_wsad.baselines.extraction_batches import ExtractionBatches
from keras_wsad.data import NORMAL
from tests.baselines.check_system import check_system
from tests.baselines.open_tiny import open_tiny
from tests.baselines.open_tiny import with_features


def test_it_is_a_system(tiny_settings, tmp_path):
    check_system("extraction_batches", tiny_settings, tmp_path)


def test_batches_that_follow_the_label_are_all_it_needs(tiny_settings):
    config, data = open_tiny(tiny_settings)
    features = np.array(data.store.features)
    for video in data.training + data.validation + data.test:
        if not video.is_anomalous:
            # As if another network had extracted the normal videos.
            row = data.store.videos[video.name][0]
            features[row] = features[row, :, ::-1] * 5 + 50
    data = with_features(data, features)
    system = ExtractionBatches(config, num_groups=2)
    system.fit(data, run=None)
    outputs = system.score(data, data.test)
    expected = [float(video.is_anomalous) for video in data.test]
    assert outputs["segment_scores"][:, 0].tolist() == expected
    named = outputs["class_probabilities"].argmax(axis=1)
    assert ((named == NORMAL) == (np.array(expected) == 0)).all()
