"""What needs no cluster of it; `tests/cli/extract_ray_test.py` has one."""

import types

import pytest

from keras_wsad.errors import ConfigError
from keras_wsad.features.extract_with_ray import _Extractor
from keras_wsad.features.extract_with_ray import _places


def test_what_a_node_does_not_share_is_named_and_not_made(tmp_path):
    video, folder = tmp_path / "a.mp4", tmp_path / "out" / "try" / "a"
    video.touch()
    with pytest.raises(ConfigError, match=r"under the same paths on all nodes.*out/try"):
        _Extractor().extract(video, folder, tmp_path / "out", "float32")
    assert not (tmp_path / "out").exists()
    folder.parent.mkdir(parents=True)
    video.unlink()
    with pytest.raises(ConfigError, match=r"under the same paths on all nodes.*a\.mp4"):
        _Extractor().extract(video, folder, tmp_path / "out", "float32")


@pytest.mark.parametrize(
    ("found", "workers", "actors"),
    [
        ({"CPU": 2.0}, 3, 3),
        ({"CPU": 16.0, "GPU": 2.0}, 6, 12),
        ({"CPU": 1.0}, 1, 1),
        ({"memory": 1.0}, 2, 0),
    ],
)
def test_all_actors_of_a_node_find_a_place(found, workers, actors):
    node = {"NodeID": "a", "Alive": True, "Resources": found}
    strategy = types.SimpleNamespace(NodeAffinitySchedulingStrategy=lambda *_, **__: "here")
    ray = types.SimpleNamespace(
        nodes=lambda: [node, {**node, "Alive": False}],
        util=types.SimpleNamespace(scheduling_strategies=strategy),
    )
    places = list(_places(ray, workers))
    assert len(places) == actors
    for kind, name in (("num_cpus", "CPU"), ("num_gpus", "GPU")):
        # As Ray counts them.
        taken = sum(round(place[kind], 4) for place in places)
        assert taken <= found.get(name, 0) + 1e-9
        assert not found.get(name) or taken > 0.99 * found[name] - len(places)
