"""The mark of tests that multiply in bfloat16."""

import pytest

from keras_wsad.hardware import has_bfloat16

needs_bfloat16 = pytest.mark.skipif(
    not has_bfloat16(), reason="this machine has no units for bfloat16"
)
