import pytest

from keras_wsad.serve.content import recorded_at


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cam_2026-01-31T13.45.07", "2026-01-31T13:45:07"),
        ("20260131134507_door", "2026-01-31T13:45:07"),
        ("20261331_134507", None),
        ("1202601311345071", None),
        ("Abuse001_x264", None),
    ],
)
def test_the_time_of_a_recording_is_in_its_name(name, expected):
    found = recorded_at(name)
    assert (found and found.isoformat()) == expected
