"""Entries: count the layers of a Keras model by what they have and return: kernels, weights and shapes.

The networks of this package are counted by `nets.layers`, without Keras. Here, the layers are built already, so nothing
is derived from their arguments that Keras knows. A layer whose cost is not known is counted for weights and shape, and
has the kind "unknown"; no cost is guessed. Such are custom layers, recurrent layers with a custom cell, and those of
Keras that `NAMES_BY_KIND` does not list, such as `ConvLSTM2D` and `ops.einsum`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from senet_lab.nets.sketch import Entry, Shape, window_words

UNKNOWN = "unknown"
# The kind of each of Keras's layers and operations; the last three belong to its applications.
NAMES_BY_KIND = {
    "conv": "Conv1D Conv2D Conv3D",
    "transposed conv": "Conv1DTranspose Conv2DTranspose Conv3DTranspose",
    "depthwise conv": "DepthwiseConv1D DepthwiseConv2D",
    "separable conv": "SeparableConv1D SeparableConv2D",
    "dense": "Dense EinsumDense",
    "embedding": "Embedding",
    "attention": "MultiHeadAttention GroupQueryAttention Attention AdditiveAttention",
    "recurrent": "SimpleRNN GRU LSTM RNN",
    "cell": "SimpleRNNCell GRUCell LSTMCell",
    "wrapper": "Bidirectional TimeDistributed",  # which have the kind of the layer that they call
    "product": "Dot Matmul",
    "batch norm": "BatchNormalization",
    "norm": "LayerNormalization GroupNormalization RMSNormalization UnitNormalization",
    "rescale": "Rescaling Normalization",
    "activation": "Activation ReLU LeakyReLU PReLU ELU Softmax Relu Relu6 LeakyRelu Elu Selu Gelu Celu Silu Sigmoid "
    "Tanh HardSigmoid HardSilu Softplus Softsign LogSigmoid LogSoftmax",
    "dropout": "Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D GaussianDropout GaussianNoise AlphaDropout "
    "ActivityRegularization",
    "augmentation": "RandomBrightness RandomContrast RandomCrop RandomFlip RandomRotation RandomTranslation RandomZoom",
    "pool": "MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D",
    "global pool": "GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D "
    "GlobalMaxPooling2D GlobalMaxPooling3D",
    "reshape": "Reshape Flatten Permute RepeatVector ExpandDims Squeeze Transpose BroadcastTo Ravel Swapaxes",
    "pad": "ZeroPadding1D ZeroPadding2D ZeroPadding3D Pad",
    "crop": "Cropping1D Cropping2D Cropping3D CenterCrop",
    "upsample": "UpSampling1D UpSampling2D UpSampling3D",
    "resize": "Resizing Resize",
    "add": "Add Subtract Average",
    "merge": "Maximum Minimum",
    "scale": "Multiply",
    "concatenate": "Concatenate Stack",
    "identity": "Identity Masking InputLayer Cast StopGradient",
    "arithmetic": "Absolute Clip Cos Divide TrueDivide Exp Log Max Mean Min Negative Power Rsqrt Sin Sqrt Square Std "
    "Sum Var GetItem Split Unstack Take Slice",
    "layer scale": "LayerScale",
    "weighted add": "CustomScaleLayer",
    "stochastic depth": "StochasticDepth",
}
# Names of activations that are classes, unless they are the name of the class in small letters.
FUNCTIONS = {"LeakyReLU": "leaky_relu", "LeakyRelu": "leaky_relu", "Relu6": "relu6", "HardSigmoid": "hard_sigmoid",
             "HardSilu": "hard_silu", "LogSigmoid": "log_sigmoid", "LogSoftmax": "log_softmax"}  # fmt: skip
SUMS = ("add", "weighted add")
WITH_KERNEL = ("conv", "grouped conv", "depthwise conv", "transposed conv", "dense")
KINDS = {name: kind for kind, names in NAMES_BY_KIND.items() for name in names.split()}


def entry_of(operation: Any, inputs: Sequence[Shape], output: Shape, counted: set[int]) -> Entry:
    """Count one call of a layer or an operation.

    Args:
        operation: a layer, or another operation in the graph of a model, such as x + y.
        inputs: the shapes of the tensors and constants on which it is called, in the order of its signature.
        output: the shape of its first output.
        counted: the ids of weights that earlier calls have counted, to which those of this one are added.
    """
    kind = _kind(operation, inputs)
    if kind == "wrapper":
        return _wrapper_entry(operation, inputs, output, counted)
    params, state = _weights(operation, counted)
    kernel, stride = _window(operation, kind, inputs, output)
    has_kernel = kind in (*WITH_KERNEL, "separable conv")
    return Entry(
        kind=kind,
        output_shape=output,
        params=params,
        state=state,
        macs=_macs(operation, kind, inputs, output),
        elementwise=_elementwise(kind, inputs, output),
        kernel=kernel,
        stride=stride,
        groups=inputs[0][_axis(operation)] if kind == "depthwise conv" else getattr(operation, "groups", 1),
        channels_in=inputs[0][_axis(operation)] if has_kernel else 0,
        window=_window_words(operation, kind),
        function=_function(operation, kind),
    )


def _wrapper_entry(wrapper: Any, inputs: Sequence[Shape], output: Shape, counted: set[int]) -> Entry:
    """Count one call of `Bidirectional`, which has two layers, or of `TimeDistributed`, which calls one per step."""
    if type(wrapper).__name__ == "Bidirectional":
        both = (wrapper.forward_layer, wrapper.backward_layer)
        forward, backward = (entry_of(each, inputs, output, counted) for each in both)
        params, state = forward.params + backward.params, forward.state + backward.state
        return forward._replace(params=params, state=state, macs=forward.macs + backward.macs)
    step = entry_of(wrapper.layer, [_without_time(each) for each in inputs], _without_time(output), counted)
    times = output[1]
    return step._replace(output_shape=output, macs=times * step.macs, elementwise=times * step.elementwise)


def _without_time(shape: Shape) -> Shape:
    return shape[0], *shape[2:]


def _window_words(operation: Any, kind: str) -> str:
    """Return the window in words if `kernel` does not tell: that of a transposed convolution is scaled down."""
    sides = _sides(operation)
    words = window_words(sides, max(_several(getattr(operation, "dilation_rate", 1))))
    return words or ("\u00d7".join(map(str, sides)) if kind == "transposed conv" else "")


def _function(operation: Any, kind: str) -> str:
    """Return the name of the activation that a layer computes; "" if none, or one of the user's without a name."""
    given = getattr(operation, "activation", None)
    if given is not None:
        name = str(getattr(given, "__name__", "")).strip("<>")
        return "" if name == "lambda" or (name == "linear" and kind != "activation") else name
    name = type(operation).__name__
    if getattr(operation, "max_value", None) == 6:
        return "relu6"
    return FUNCTIONS.get(name, name.lower()) if kind == "activation" else ""


def _kind(operation: Any, inputs: Sequence[Shape]) -> str:
    """Return the kind of a layer of Keras; "unknown" for others, also if they are subclasses of Keras's own."""
    kind = KINDS.get(type(operation).__name__, UNKNOWN)
    if not is_of_keras(type(operation)):
        return UNKNOWN
    if kind == "recurrent" and any(_kind(cell, inputs) != "cell" for cell in _cells(operation)):
        return UNKNOWN
    if kind == "conv" and operation.groups > 1:
        return "grouped conv"
    if len(getattr(operation, "attention_axes", None) or inputs[0][1:-1]) < len(inputs[0]) - 2:
        return UNKNOWN  # attention along some axes of a map only
    is_with_constant = sum(None in each for each in inputs) == 1  # x + 3, x / 6; only constants have no batch
    return "arithmetic" if kind in ("add", "scale") and is_with_constant else kind


def is_of_keras(thing: Any) -> bool:
    """Return whether a class or a function is Keras's own."""
    return str(thing.__module__).partition(".")[0] == "keras"


def _cells(layer: Any) -> Sequence[Any]:
    """Return the cells of a recurrent layer, one or several on top of each other."""
    return getattr(layer.cell, "cells", (layer.cell,))


def _weights(operation: Any, counted: set[int]) -> tuple[int, int]:
    """Return how many numbers training changes, also if the layer is frozen at present, and how many it does not."""
    parts = operation._flatten_layers() if hasattr(operation, "_flatten_layers") else ()  # an operation has no weights
    # `trainable_weights` would be empty in a frozen layer.
    trainable = _count((weight for each in parts for weight in each._trainable_variables), counted)
    return trainable, _count((weight for each in parts for weight in each._non_trainable_variables), counted)


def _count(weights: Iterable[Any], counted: set[int]) -> int:
    """Return how many numbers are in weights that are not counted yet."""
    new = {id(weight): prod(weight.shape) for weight in weights if id(weight) not in counted}
    counted.update(new)
    return sum(new.values())


def _axis(operation: Any) -> int:
    """Return the axis of the channels."""
    return 1 if getattr(operation, "data_format", "") == "channels_first" else -1


def _positions(operation: Any, shape: Shape) -> int:
    """Return the number of places of a map: its sides without the batch and the channels."""
    return prod(shape[2:] if _axis(operation) == 1 else shape[1:-1])


def _macs(operation: Any, kind: str, inputs: Sequence[Shape], output: Shape) -> int:
    """Return the multiply-adds of one image."""
    if kind == "attention":
        return _attention(operation, inputs, output)
    if kind == "product":
        axes = getattr(operation, "axes", -1)
        return prod(output[1:]) * int(inputs[0][axes if isinstance(axes, int) else axes[0]])
    return sum(prod(kernel.shape) * times for kernel, times in _kernels(operation, kind, inputs, output))


def _kernels(operation: Any, kind: str, inputs: Sequence[Shape], output: Shape) -> list[tuple[Any, int]]:
    """Return the kernels of a layer, and how often one image uses each number in them."""
    positions = _positions(operation, output)
    if kind == "separable conv":
        return [(operation.depthwise_kernel, positions), (operation.pointwise_kernel, positions)]
    if kind == "recurrent":
        kernels = [kernel for cell in _cells(operation) for kernel in (cell.kernel, cell.recurrent_kernel)]
        return [(kernel, inputs[0][1]) for kernel in kernels]
    if kind == "transposed conv":
        positions = _positions(operation, inputs[0])
    elif type(operation).__name__ == "EinsumDense":
        kernel, outputs = operation.equation.split(",")[1].split("->")
        both = prod(side for letter, side in zip(kernel, operation.kernel.shape, strict=True) if letter in outputs)
        positions = prod(output[1:]) // both
    return [(operation.kernel, positions)] if kind in WITH_KERNEL else []


def _attention(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    """Return the multiply-adds of attention: of its projections, its scores and its weighted sums."""
    query, value = inputs[0], inputs[min(1, len(inputs) - 1)]
    key = inputs[2] if len(inputs) > 2 else value
    targets, sources = prod(query[1:-1]), prod(value[1:-1])
    if type(layer).__name__ == "MultiHeadAttention":
        score, mixed = layer.num_heads * layer.key_dim, layer.num_heads * layer.value_dim
        projected = sources * (key[-1] * score + value[-1] * mixed) + targets * (query[-1] * score + mixed * output[-1])
    elif type(layer).__name__ == "GroupQueryAttention":
        score = mixed = layer.num_query_heads * layer.head_dim
        shared = layer.num_key_value_heads * layer.head_dim
        projected = sources * (key[-1] + value[-1]) * shared + targets * score * (query[-1] + output[-1])
    else:
        score, mixed, projected = query[-1], value[-1], 0
    return int(projected + targets * sources * (score + mixed))


def _elementwise(kind: str, inputs: Sequence[Shape], output: Shape) -> int:
    """Return the multiply-adds that Hu et al. 2018 count in addition: those of global pooling and scaling."""
    if kind == "global pool":
        return prod(inputs[0][1:])
    return prod(output[1:]) if kind in ("scale", "layer scale") else 0


def _window(operation: Any, kind: str, inputs: Sequence[Shape], output: Shape) -> tuple[int, Any]:
    """Return side and stride of the window, in units of the input; a stride below 1 enlarges the map."""
    if kind == "global pool":
        return max(inputs[0][2:] if _axis(operation) == 1 else inputs[0][1:-1]), 1
    if kind in ("upsample", "resize"):
        rows = 2 if _axis(operation) == 1 else 1
        return 1, Fraction(inputs[0][rows], output[rows])
    sides = _sides(operation) or (1,)
    steps = _several(getattr(operation, "strides", 1))
    dilation = _several(getattr(operation, "dilation_rate", 1))
    side = max((each - 1) * apart + 1 for each, apart in zip(sides, dilation * len(sides), strict=False))
    if kind == "transposed conv":
        return -(-side // max(steps)), Fraction(1, max(steps))
    return side, max(steps)


def _sides(operation: Any) -> tuple[int, ...]:
    """Return the sides of a layer's window without gaps; () if it has none."""
    return _several(getattr(operation, "kernel_size", None) or getattr(operation, "pool_size", None) or ())


def _several(value: Any) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)
