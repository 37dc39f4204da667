from keras_wsad.live.backoff import Backoff


def test_waits_double_up_to_the_longest():
    backoff = Backoff(first=1.0, longest=5.0)
    assert [backoff.after(0.0) for _ in range(4)] == [1.0, 2.0, 4.0, 5.0]
    for _ in range(2000):
        assert backoff.after(0.0) == 5.0


def test_only_a_healthy_connection_resets_the_count():
    backoff = Backoff(first=1.0, healthy=10.0)
    assert [backoff.after(seconds) for seconds in (0, 9.9, 9.9)] == [1.0, 2.0, 4.0]
    assert [backoff.after(seconds) for seconds in (10.0, 0.0)] == [1.0, 2.0]
