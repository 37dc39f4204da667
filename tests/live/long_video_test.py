"""Ten rendered minutes with three explosions, watched by a model that has learned them."""

import itertools

import av
import numpy as np
import pytest

import keras_wsad
from keras_wsad.cli import main
from keras_wsad.config import ExperimentConfig
from keras_wsad.inference.backbone import extraction_by
from keras_wsad.live import AlarmRule
from keras_wsad.live import Reader
from keras_wsad.live import SlidingWindow
from keras_wsad.live import Watch
from keras_wsad.live import open_source
from keras_wsad.live.clip_cutter import ClipCutter
from keras_wsad.live.cooldown import Cooldown
from keras_wsad.live.meter import Meter
from keras_wsad.scenes import SceneSet
from keras_wsad.scenes import write_scene
from keras_wsad.scenes.data_set import write_video
from keras_wsad.training import train

pytestmark = pytest.mark.large

FPS, CLIP, SEGMENTS = 10, 16, 16


def render(path, class_name, seconds, seeds):
    """Renders scenes one after the other into a video; returns their events in frames."""
    settings = SceneSet(seconds=(seconds, seconds), two_events=0.0)
    frames, events, begin = [], [], 0
    for seed in seeds:
        random = np.random.default_rng(seed)
        scene = write_scene(class_name, random, settings)
        frames.append(scene.frames(random))
        events += [(begin + start, begin + end) for start, end in scene.events]
        begin += scene.num_frames
    write_video(path, itertools.chain(*frames))
    return events


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    """A model that has learned explosions from a dozen videos and a dozen without."""
    root = tmp_path_factory.mktemp("explosions")
    lists = {"Anomaly_Train": [], "Anomaly_Test": []}
    for number in range(13):
        for class_name in ("Explosion", "Normal"):
            name = f"{class_name}{number:03d}.mp4"
            seed = 2 * number + (class_name == "Normal")
            render(root / name, class_name.replace("Normal", "") or None, 26.0, [seed])
            part = "Anomaly_Test" if number == 12 else "Anomaly_Train"
            lists[part].append(f"{class_name}/{name}")
    lists["Temporal_Anomaly_Annotation_for_Testing_Videos"] = [
        "Explosion012.mp4 Explosion 10 20 -1 -1",
        "Normal012.mp4 Normal -1 -1 -1 -1",
    ]
    for name, lines in lists.items():
        (root / f"{name}.txt").write_text("\n".join(lines))
    options = ["--backbone=compact", f"--num_segments={SEGMENTS}"]
    assert main(["extract", str(root), *options, "--out", str(root / "features")]) == 0
    config = ExperimentConfig(
        data=str(root),
        features="features",
        num_segments=SEGMENTS,
        lstm_units=8,
        first_level_units=32,
        class_units=32,
        steps=120,
        learning_rate=0.005,
        anomalous_per_batch=9,
        normal_per_batch=9,
        validation_fraction=0.25,
        runs=str(root),
        name="run",
    )
    return keras_wsad.load(train(config).folder)


@pytest.fixture(scope="module")
def long_video(tmp_path_factory):
    """`(path, events)`, three explosions in ten minutes."""
    path = tmp_path_factory.mktemp("long") / "camera.mp4"
    return path, render(path, "Explosion", 200.0, [101, 102, 103])


def watch(path, predictor, backbone, num_clips=None):
    """Watches a video, and returns its records."""
    records, meter = [], Meter()
    extraction = extraction_by(backbone, predictor.card.extraction, predictor.crops)
    first, connect = open_source(path, print)
    window = SlidingWindow(predictor, backbone, num_clips)
    with Reader(first, connect, lambda: ClipCutter(extraction, 1), meter) as reader:
        Watch(reader, window, AlarmRule(), meter, records.append, Cooldown(0.0)).run()
    return records


def test_an_event_is_an_alarm_within_a_hop_and_a_clip_of_its_first_segment(
    predictor, long_video
):
    path, events = long_video
    records = watch(path, predictor, predictor.open_backbone(batch_size=1))
    segments = [record for record in records if record["type"] == "segment"]
    assert len(segments) == 6000 // CLIP
    alarms = [record for record in records if record.get("state") == "begin"]
    raised = [alarm["start"] + alarm["seconds"] for alarm in alarms]
    for start, _ in events:
        # Of the first segment that lies in the event; a segment is a clip, and so is a hop.
        closes = (-(-start // CLIP) + 1) * CLIP
        latest = (closes + 2 * CLIP) / FPS
        assert any(start / FPS < at <= latest for at in raised), (start, raised)


def test_scores_are_those_of_predict_for_the_same_window(predictor, long_video, tmp_path):
    path, _ = long_video
    backbone = predictor.open_backbone(batch_size=1)
    records = watch(path, predictor, backbone, SEGMENTS)
    segments = [record for record in records if record["type"] == "segment"]
    # Key frames, from which a video can be cut as it is, lie 50 frames apart.
    for first in range(400, 5600, 800):
        cut(path, tmp_path / "window.mp4", first, first + SEGMENTS * CLIP)
        expected = predictor.predict_video(tmp_path / "window.mp4", backbone=backbone)
        assert expected.num_frames == SEGMENTS * CLIP
        found = segments[first // CLIP + SEGMENTS - 1]
        assert found["start"] == pytest.approx((first + (SEGMENTS - 1) * CLIP) / FPS)
        assert found["score"] == pytest.approx(expected.segment_scores[-1], abs=1e-5)
        assert found["probability"] == pytest.approx(
            expected.class_probabilities.max(), abs=1e-5
        )
        for name in ("first_level_attention", "second_level_attention"):
            assert found[name] == pytest.approx(getattr(expected, name)[-1], abs=1e-5)


def cut(path, part, first, last):
    """Cuts frames out of a video without encoding them anew."""
    with av.open(str(path)) as source, av.open(str(part), "w") as target:
        track = source.streams.video[0]
        copy = target.add_stream_from_template(track)
        for number, packet in enumerate(source.demux(track)):
            if first <= number < last:
                shift = round(first / FPS / track.time_base)
                packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
                packet.stream = copy
                target.mux(packet)
