from keras_wsad.live.meter import Meter


def test_a_status_has_the_rates_since_the_last_one():
    seconds = 100.0
    meter = Meter(lambda: seconds)
    assert meter.status()["last_frame_age"] is None
    for _ in range(20):
        meter.frame()
    seconds = 104.0
    meter.processed(8, arrived=103.5)
    meter.skipped(4)
    meter.reconnect()
    status = meter.status()
    assert (status["camera_fps"], status["process_fps"], status["skipped_fps"]) == (5, 2, 1)
    assert (status["lag_seconds"], status["last_frame_age"]) == (0.5, 4.0)
    assert (status["reconnects"], status["skipped_clips"]) == (1, 1)
    seconds = 110.0
    status = meter.status()
    assert status["camera_fps"] == status["process_fps"] == status["skipped_fps"] == 0
    assert (status["lag_seconds"], status["last_frame_age"]) == (None, 10.0)
    assert (status["reconnects"], status["skipped_clips"]) == (1, 1)


def test_the_state_is_true():
    meter = Meter(lambda: 0.0)
    states = [meter.status()["state"]]
    meter.frame()
    states.append(meter.status()["state"])
    meter.down("No frame for 20 s.")
    assert meter.status()["problem"] == "No frame for 20 s."
    states.append(meter.state)
    meter.frame()
    states.append(meter.state)
    assert states == ["connecting", "live", "down", "live"]
    assert meter.status()["problem"] is None
