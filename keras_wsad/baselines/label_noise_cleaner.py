"""The graph-convolutional label noise cleaner of Zhong et al., as a Keras model."""

import keras

from keras_wsad.layers import FeatureSimilarityGraph
from keras_wsad.layers import GraphConvolution
from keras_wsad.layers import TemporalConsistencyGraph
from keras_wsad.losses import DirectSupervision
from keras_wsad.losses import IndirectSupervision


def label_noise_cleaner(num_segments, feature_dim, learning_rate, dropout, kernel_l2):
    """Returns the cleaner, compiled.

    Two dense layers of 512 and 128 units give the vertices of two graphs: one joins similar
    segments, the other segments close in time. Each graph has two convolutions, of 32 units
    and of one; the mean of the two outputs goes through a sigmoid. Similarity is that of
    the 128 values of a vertex, in both convolutions.

    Sizes, graphs, dropout after each dense layer and the mean before the sigmoid are those
    of the released code. Adam is this project's choice.

    Args:
        num_segments: int.
        feature_dim: int.
        learning_rate: float.
        dropout: float.
        kernel_l2: float. L2 penalty on the kernels of the dense layers.

    Returns:
        A `keras.Model` of segment features `(batch, segments, features)`. Its outputs
        `direct` and `indirect` are both the cleaned probabilities `(batch, segments)`,
        once for each loss.
    """
    # === Layers ===
    penalty = keras.regularizers.L2(kernel_l2)
    trunk = [
        layer
        for units in (512, 128)
        for layer in (
            keras.layers.Dense(units, "relu", kernel_regularizer=penalty),
            keras.layers.Dropout(dropout),
        )
    ]
    graphs = [FeatureSimilarityGraph(), TemporalConsistencyGraph()]

    # === Functional model ===
    inputs = vertices = keras.Input((num_segments, feature_dim), name="features")
    for layer in trunk:
        vertices = layer(vertices)
    branches = []
    for graph in graphs:
        adjacency = graph(vertices)
        hidden = GraphConvolution(32, "relu")([vertices, adjacency])
        branches.append(GraphConvolution(1)([hidden, adjacency]))
    logits = keras.layers.Average()(branches)
    scores = keras.layers.Activation("sigmoid")(keras.layers.Flatten()(logits))
    model = keras.Model(inputs, {"direct": scores, "indirect": scores})
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss={"direct": DirectSupervision(), "indirect": IndirectSupervision()},
        jit_compile=False,
    )
    return model
