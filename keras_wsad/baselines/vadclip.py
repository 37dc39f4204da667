import math
from typing import ClassVar

import keras

from keras_wsad.baselines.head import Head
from keras_wsad.baselines.head_layers import segment_inputs
from keras_wsad.baselines.torch_layers import conv1d
from keras_wsad.baselines.torch_layers import dense
from keras_wsad.baselines.torch_layers import layer_norm
from keras_wsad.baselines.vadclip_layers import ClassVectors
from keras_wsad.baselines.vadclip_layers import CosineGraph
from keras_wsad.baselines.vadclip_layers import Cosines
from keras_wsad.baselines.vadclip_layers import Positions
from keras_wsad.baselines.vadclip_layers import WindowAttention
from keras_wsad.baselines.vadclip_layers import quick_gelu
from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.data.annotations import NORMAL
from keras_wsad.layers import MeanOfTop
from keras_wsad.layers import TemporalConsistencyGraph


class VadCLIP(Head):
    """The two branches of VadCLIP on any features, with learnt vectors in place of texts.

    ```
    x = F + P                                  P learnt for each place; if need be F is W F
    x <- x + W_2 attention(W_1 LN(x)),   x <- x + mlp(LN(x))               two such blocks
    V = W_3 [g(g(x; A); A), g(g(x; D); D)],    g(x; A) = quick_gelu(A x W + x)
    l_t = W_4 (V_t + mlp(V_t)),   S_t = sigmoid(l_t)                     agnostic branch
    u_c = C_c + v / |v|,   v = sum_t l_t V_t                                aware branch
    z_tc = cos(V_t, u_c + mlp(u_c)) / .07,   p = softmax_c(top z_tc)
    ```

    Attention is within windows of 8 segments (`WindowAttention`). `A` is the graph of like
    segments (`CosineGraph`), `D` that of near ones, `exp(-|i - j| / e)`; where `g` halves
    the width, its `x` is a convolution of it over 5 segments. `top` is the mean of the
    `T // 16 + 1` highest (`MeanOfTop`), `mlp` has four times the width and `quick_gelu`.
    `C` are 14 learnt vectors (`ClassVectors`), which in VadCLIP are CLIP's text features of
    prompts that are partly learnt. The loss is

    ```
    BCE(top S_t, y) + cross-entropy(p) + .1 mean over c of |cos(C_normal, C_c)|
    ```

    It is trained as in the authors' code: initial weights and AdamW of PyTorch, 64
    anomalous and 64 normal videos, 1,250 steps (10 epochs), the rate a tenth after 40 % and
    a hundredth after 80 % of them. What differs beside the texts: features of another width
    than `width` are projected; the keys have no bias, which a softmax does not see; the
    class vectors begin with norms of about 1, that of the video they are added to. The
    authors had frame features of CLIP, of each of ten crops a sample of its own, 256
    segments, and after each epoch went back to the weights that were best on the test set.

    Args:
        config: `ExperimentConfig`.
        width: int. Features of a segment inside, an even number. Defaults to `512`.
        window: int. Segments of an attention window. Defaults to `8`.

    Reference:
        - [Wu et al., AAAI 2024](https://arxiv.org/abs/2308.11681)
        - [the authors' code](https://github.com/nwpu-zxr/VadCLIP)
    """

    title = "VadCLIP with learnt class vectors (after Wu et al., AAAI 2024)"
    published: ClassVar = {
        "learning_rate": 2e-5,
        "steps": 1250,
        "anomalous_per_batch": 64,
        "normal_per_batch": 64,
    }
    settings = (*Head.settings, "learning_rate")

    def __init__(
        self,
        config,
        *,
        width=512,
        window=8,
    ):
        super().__init__(config)
        self.width = width
        self.window = window

    def build(self, feature_dim):
        width = self.width
        inputs = segment_inputs(self.config, feature_dim)
        x = inputs["features"]
        if feature_dim != width:
            x = dense(width, feature_dim, name="projection")(x)
        x = Positions(name="positions")(x)
        for block in ("first", "second"):
            x = self._block(x, block)
        video = self._graphs(x)

        # The agnostic branch.
        logits = self._residual_perceptron(video, "agnostic")
        logits = dense(1, width, name="logits", dtype="float32")(logits)
        scores = keras.layers.Activation("sigmoid", name="scores", dtype="float32")(logits)
        drop_last_axis = keras.layers.Reshape(
            (self.config.num_segments,), name="segment_scores", dtype="float32"
        )

        # The aware branch.
        weighed = keras.layers.Dot(axes=(1, 1), name="weighed_sum")([logits, video])
        classes = ClassVectors(len(CLASS_NAMES), NORMAL, 0.1, name="classes")
        classes = self._residual_perceptron(classes(weighed), "aware")
        similar = Cosines(0.07, name="similarities")([video, classes])
        top = MeanOfTop(name="class_logits", dtype="float32")(similar)
        outputs = {
            "segment_scores": drop_last_axis(scores),
            "bag_scores": MeanOfTop(name="bag_scores", dtype="float32")(scores),
            "class_probabilities": keras.layers.Softmax(
                name="class_probabilities", dtype="float32"
            )(top),
        }
        return keras.Model(inputs, outputs, name="vadclip")

    def _block(self, x, name):
        """Adds attention within windows and a perceptron."""
        width = self.width
        # Kernels as PyTorch begins those of attention, drawn as one of width x 3 width.
        spread = {
            "kernel_initializer": keras.initializers.VarianceScaling(
                0.5, mode="fan_in", distribution="uniform"
            ),
            "bias_initializer": "zeros",
        }
        y = layer_norm(name=f"{name}_attention_norm")(x)
        parts = [
            dense(width, width, use_bias=part != "keys", name=f"{name}_{part}", **spread)(y)
            for part in ("queries", "keys", "values")
        ]
        y = WindowAttention(self.window, name=f"{name}_attention")(parts)
        y = dense(width, width, bias_initializer="zeros", name=f"{name}_attended")(y)
        x = keras.layers.Add(name=f"{name}_attention_sum")([x, y])
        y = layer_norm(name=f"{name}_perceptron_norm")(x)
        return keras.layers.Add(name=f"{name}_sum")([x, self._perceptron(y, name)])

    def _perceptron(self, x, name):
        hidden = dense(
            4 * self.width, self.width, activation=quick_gelu, name=f"{name}_hidden"
        )
        return dense(self.width, 4 * self.width, name=f"{name}_perceptron")(hidden(x))

    def _residual_perceptron(self, x, name):
        return keras.layers.Add(name=f"{name}_sum")([x, self._perceptron(x, name)])

    def _graphs(self, x):
        """Adds two graph convolutions on each of the two graphs, and joins them."""
        half = self.width // 2
        graphs = {
            "like": CosineGraph(name="like_graph")(x),
            "near": TemporalConsistencyGraph(scale=math.e, name="near_graph")(x),
        }
        joined = []
        for name, graph in graphs.items():
            y = x
            for place, fan_in in (("first", self.width), ("second", half)):
                kernel = keras.layers.Dense(half, use_bias=False, name=f"{name}_{place}")
                along = keras.layers.Dot(axes=(2, 1), name=f"{name}_{place}_graph")
                convolved = along([graph, kernel(y)])
                if fan_in != half:
                    y = conv1d(half, 5, fan_in, name=f"{name}_residual")(y)
                y = keras.layers.Add(name=f"{name}_{place}_sum")([convolved, y])
                y = keras.layers.Activation(quick_gelu, name=f"{name}_{place}_gelu")(y)
            joined.append(y)
        joined = keras.layers.Concatenate(name="graphs")(joined)
        return dense(self.width, self.width, name="video")(joined)

    def compile(self, model, class_counts):
        config = self.config
        rate = keras.optimizers.schedules.PiecewiseConstantDecay(
            [round(share * config.steps) for share in (0.4, 0.8)],
            [config.learning_rate * factor for factor in (1, 0.1, 0.01)],
        )
        model.compile(
            optimizer=keras.optimizers.AdamW(rate, weight_decay=0.01, epsilon=1e-8),
            loss={
                "segment_scores": None,
                "bag_scores": keras.losses.BinaryCrossentropy(),
                "class_probabilities": keras.losses.SparseCategoricalCrossentropy(),
            },
            jit_compile=False,
        )
