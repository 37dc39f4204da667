"""Poses of a body: the angles of its limbs during an action.

Angles are in radians from hanging straight down, positive towards where the person faces.
"""

import dataclasses
import math


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pose:
    """The angles of a body.

    Attributes:
        lean: of the trunk, from upright.
        arms: two pairs, of the shoulder and of the forearm.
        legs: two pairs, of the hip and of the shin.
        tilt: of the whole body about its feet, pi / 2 when it lies on its back.
    """

    lean: float = 0.0
    arms: tuple = ((0.1, 0.2), (-0.1, 0.0))
    legs: tuple = ((0.06, 0.0), (-0.06, 0.0))
    tilt: float = 0.0


def stand(phase):
    sway = 0.05 * math.sin(phase)
    return Pose(lean=0.3 * sway, arms=((0.1 + sway, 0.2), (-0.1 - sway, 0.0)))


def walk(phase):
    swing = 0.45 * math.sin(phase)
    bend = 0.5 * max(math.cos(phase), 0), 0.5 * max(-math.cos(phase), 0)
    return Pose(
        lean=0.05,
        arms=((-swing, 0.2 - swing), (swing, 0.2 + swing)),
        legs=((swing, swing - bend[0]), (-swing, -swing - bend[1])),
    )


def run(phase):
    swing = 0.95 * math.sin(phase)
    bend = 1.5 * max(math.cos(phase), 0), 1.5 * max(-math.cos(phase), 0)
    return Pose(
        lean=0.28,
        arms=((-swing, 1.5 - swing), (swing, 1.5 + swing)),
        legs=((swing, swing - bend[0]), (-swing, -swing - bend[1])),
    )


def hands_up(phase):
    tremble = 0.06 * math.sin(3 * phase)
    return Pose(arms=((2.7 + tremble, 2.9), (-2.7, -2.9 - tremble)))


def wave(phase):
    return Pose(arms=((2.4, 2.9 + 0.6 * math.sin(2 * phase)), (-0.1, 0.0)))


def talk(phase):
    gesture = 0.35 * math.sin(1.3 * phase)
    return Pose(arms=((0.5 + gesture, 1.4 + gesture), (-0.1, 0.1)))


def strike(phase):
    """An arm comes down from above the head, again and again."""
    lift = 0.5 + 0.5 * math.sin(2 * phase)
    return Pose(
        lean=0.35 - 0.45 * lift,
        arms=((0.7 + 2.1 * lift, 0.9 + 2.2 * lift), (0.3, 0.6)),
        legs=((0.3, 0.2), (-0.3, -0.4)),
    )


def punch(phase):
    reach = math.sin(2 * phase)
    left, right = max(reach, 0), max(-reach, 0)
    return Pose(
        lean=0.2,
        arms=((0.5 + left, 2.2 - 0.6 * left), (0.5 + right, 2.2 - 0.6 * right)),
        legs=((0.35, 0.15), (-0.35, -0.5)),
    )


def kick(phase):
    reach = max(math.sin(2 * phase), 0)
    return Pose(
        lean=-0.25 * reach,
        arms=((0.6, 1.2), (-0.7, -0.2)),
        legs=((1.3 * reach, 1.3 * reach - 0.3 * (1 - reach)), (-0.1, -0.15)),
    )


def throw(phase):
    swing = 0.5 + 0.5 * math.sin(phase)
    return Pose(
        lean=0.3 - 0.5 * swing,
        arms=((0.4 + 2.6 * swing, 0.9 + 2.4 * swing), (0.4, 0.4)),
        legs=((0.35, 0.2), (-0.35, -0.4)),
    )


def aim(phase):
    steady = 0.03 * math.sin(phase)
    return Pose(arms=((1.5 + steady, 1.55), (1.2, 1.5)), legs=((0.25, 0.1), (-0.25, -0.3)))


def reach(phase):
    """A hand goes out to a shelf and comes back."""
    out = 0.5 + 0.5 * math.sin(phase)
    return Pose(lean=0.1 * out, arms=((0.5 + 1.1 * out, 1.9 - 0.3 * out), (-0.1, 0.1)))


def bend(phase):
    busy = 0.25 * math.sin(2 * phase)
    return Pose(
        lean=1.2, arms=((0.3 + busy, 0.4), (0.1 - busy, 0.2)), legs=((0.2, -0.1), (0, -0.3))
    )


def crouch(phase):
    busy = 0.25 * math.sin(2 * phase)
    return Pose(
        lean=0.5, arms=((0.9 + busy, 1.3), (0.7 - busy, 1.2)), legs=((1.6, -0.6), (1.2, -1))
    )


def cower(phase):
    shake = 0.12 * math.sin(3 * phase)
    return Pose(
        lean=0.9, arms=((1.9 + shake, 3.2), (1.7, 3.0)), legs=((1.7, -0.7), (1.3, -1.1))
    )


def carry(phase):
    """Walking with both hands before the body."""
    pose = walk(phase)
    return dataclasses.replace(pose, lean=-0.05, arms=((0.6, 1.5), (0.6, 1.5)))


def grapple(phase):
    pull = 0.3 * math.sin(2.5 * phase)
    return Pose(
        lean=0.35 + pull,
        arms=((1.4 + pull, 1.7), (1.2 - pull, 1.6)),
        legs=((0.5 + pull, 0.2), (-0.5, -0.7)),
    )


def jump(phase):
    up = 0.5 + 0.5 * math.sin(2 * phase)
    return Pose(
        arms=((0.4 + 2 * up, 0.6 + 2 * up), (-0.4 - 2 * up, -0.6 - 2 * up)),
        legs=((0.9 * (1 - up), -0.8 * (1 - up)), (0.7 * (1 - up), -1.0 * (1 - up))),
    )


def lie(phase):
    return Pose(arms=((0.5, 0.8), (-0.6, -0.2)), tilt=math.pi / 2)


def fall(progress):
    """From upright to lying, for progress from 0 to 1."""
    done = min(max(progress, 0.0), 1.0) ** 2
    return Pose(
        arms=((0.5 + 1.2 * (1 - done), 0.8), (-0.6 - (1 - done), -0.2)),
        tilt=done * math.pi / 2,
    )


def rise(progress):
    """From lying to upright, for progress from 0 to 1."""
    return fall(1 - progress)


# Driven by distance, by the seconds that they have lasted, or by how much is done.
MOVING = {"walk": walk, "run": run, "carry": carry}
STAYING = {
    "stand": stand,
    "hands_up": hands_up,
    "wave": wave,
    "talk": talk,
    "strike": strike,
    "punch": punch,
    "kick": kick,
    "throw": throw,
    "aim": aim,
    "reach": reach,
    "bend": bend,
    "crouch": crouch,
    "cower": cower,
    "grapple": grapple,
    "jump": jump,
    "lie": lie,
}
ONCE = {"fall": fall, "rise": rise}
