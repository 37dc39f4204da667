import numpy as np

from keras_wsad.baselines.frame_stacks import draw_stacks
from keras_wsad.baselines.frame_stacks import stack_starts
from keras_wsad.baselines.frame_stacks import take_stack


def numbered(num_frames, begin=0):
    """A video whose frame `i` has the value `begin + i`."""
    frames = begin + np.arange(num_frames, dtype=np.uint8)
    return np.broadcast_to(frames[:, None, None], (num_frames, 2, 3))


def test_every_frame_is_in_a_stack_whatever_the_length():
    for num_frames in range(1, 40):
        starts = stack_starts(num_frames, 10, 5)
        covered = {start + i for start in starts for i in range(10)}
        assert covered >= set(range(num_frames))
        assert len(set(starts)) == len(starts)
        assert num_frames < 10 or max(covered) == num_frames - 1


def test_a_stack_holds_its_frames_as_channels():
    stack = take_stack(numbered(20), 3, length=4, stride=2)
    assert stack.shape == (2, 3, 4)
    assert stack[0, 0].tolist() == [3, 5, 7, 9]


def test_a_short_video_repeats_its_last_frame():
    assert take_stack(numbered(3), 0, length=5)[0, 0].tolist() == [0, 1, 2, 2, 2]


def test_all_stacks_of_all_videos_are_drawn():
    videos = [numbered(7), numbered(5, begin=100)]
    drawn = set()
    for step in range(60):
        stacks, owners = draw_stacks(videos, 4, 3, (1, 2), seed=0, step=step)
        for stack, owner in zip(stacks, owners, strict=True):
            assert (stack[0, 0, 0] >= 100) == (owner == 1)
            drawn.add(tuple(stack[0, 0].tolist()))
    every = {
        (begin + i, begin + i + stride, begin + i + 2 * stride)
        for begin, length in ((0, 7), (100, 5))
        for stride in (1, 2)
        for i in range(length - 2 * stride)
    }
    assert drawn == every


def test_a_batch_depends_on_seed_and_step_alone():
    videos = [numbered(30), numbered(40, begin=100)]

    def draw(seed, step):
        return np.stack(draw_stacks(videos, 4, 3, (1, 2), seed, step)[0])

    np.testing.assert_array_equal(draw(1, 5), draw(1, 5))
    assert (draw(1, 5) != draw(1, 6)).any()
    assert (draw(1, 5) != draw(2, 5)).any()


def test_videos_too_short_for_any_stack_are_drawn_all_the_same():
    stacks, owners = draw_stacks([numbered(1), numbered(2)], 6, 3, (1, 2), 0, 0)
    assert {tuple(stack[0, 0].tolist()) for stack in stacks} == {(0, 0, 0), (0, 1, 1)}
    assert set(owners) == {0, 1}
