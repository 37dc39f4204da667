import math

import pytest

from keras_wsad.errors import ConfigError
from keras_wsad.live.cooldown import Cooldown


def begin(number):
    return {"state": "begin", "number": number}


def end(number):
    return {"state": "end", "number": number}


def test_the_cooldown_starts_with_a_delivery():
    cooldown = Cooldown(60.0)
    assert cooldown.passes(begin(1), now=0.0)
    # It was not delivered: the next may pass at once.
    assert cooldown.passes(begin(2), now=1.0)
    cooldown.delivered(begin(2), now=50.0)
    assert not cooldown.passes(begin(3), now=109.9)
    assert cooldown.passes(begin(4), now=110.0)


def test_an_end_passes_with_its_begin():
    cooldown = Cooldown(60.0)
    cooldown.delivered(begin(1), now=0.0)
    assert cooldown.passes(end(1), now=1.0)
    assert not cooldown.passes(end(2), now=1.0)
    # Nor does it prolong the cooldown.
    cooldown.delivered(end(1), now=30.0)
    assert cooldown.passes(begin(3), now=60.0)


@pytest.mark.parametrize("seconds", [-1, math.nan])
def test_time_does_not_run_backwards(seconds):
    with pytest.raises(ConfigError, match="a cooldown >= 0"):
        Cooldown(seconds)
