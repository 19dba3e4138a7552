"""Grad-CAM: which places of an image raise the score of a class (Selvaraju et al. 2017), with gates free or held.

layer = gradcam.block_output(model, "group3/block3")
seen = gradcam.class_gradient(model, images, layer, [3])
where = gradcam.grad_cam(seen.maps, seen.gradients)  # (images, height, width)

For gates that are held, pass `ablation.ablated(model, blocks, "mean", values)` as the model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from senet_lab import array_checks
from senet_lab.checks import one_of, quoted, whole
from senet_lab.extras import require
from senet_lab.gates.ablation import switchable
from senet_lab.gates.sites import pixel_sites, sites
from senet_lab.nets.on_keras import strided
from senet_lab.nets.on_keras.entries import KINDS, UNKNOWN
from senet_lab.nets.wiring import KERNELS

if TYPE_CHECKING:
    import keras

    from senet_lab.array_checks import Array


@dataclass(frozen=True, eq=False)
class ClassGradient:
    """The feature maps of a layer, and how the score of a class depends on them.

    Attributes:
        maps: (images, height, width, channels).
        gradients: of each image's class score with respect to its maps, of the same shape.
        scores: the scores of all classes, (images, classes): before softmax, if the model ends with one.
        predictions: the model's output, (images, classes).
    """

    maps: Array
    gradients: Array
    scores: Array
    predictions: Array


def grad_cam(maps: Array, gradients: Array) -> Array:
    """Return how much each place raises the score of the class: (images, height, width), 0 or more.

    Each channel is weighted by the mean of its gradient, and what lowers the score counts as 0 (eq. 1 and 2).

    Args:
        maps, gradients: (images, height, width, channels), as in `ClassGradient`.

    Raises:
        ValueError, TypeError: the two are not numbers of the same shape.
    """
    maps = array_checks.numbers("maps", maps, "class_gradient(model, images, layer, classes).maps", rank=4)
    gradients = array_checks.numbers("gradients", gradients, "an array like `maps`", rank=4)
    if maps.shape != gradients.shape:
        raise ValueError(f"`gradients` (of shape {gradients.shape}) must be like `maps` (of shape {maps.shape}).")
    places: Array = (maps * gradients.mean((1, 2), keepdims=True)).sum(-1)
    return places.clip(0)


def class_gradient(model: keras.Model, images: Array, layer: str, classes: Sequence[int]) -> ClassGradient:
    """Return the gradient of one class score per image with respect to the feature maps of a layer.

    Args:
        model: a functional model with gates and a classifier, or the result of `switchable` or `ablated`.
        images: ready for the model, (images, height, width, channels); all are one batch.
        layer: the name of a layer or operation whose output is (images, height, width, channels).
        classes: the number of a class for each image.

    Raises:
        ValueError, TypeError: there is no such layer or class, or the model has no classifier.
    """
    require("keras", "numpy", by="Grad-CAM")
    from keras import ops

    images = array_checks.images("images", images)
    network = switchable(model)
    operations = {operation.name: operation for operation in network.network.operations}
    rank = len(operations[one_of("layer", layer, tuple(operations))].output.shape)
    if rank != 4 or len(network.network.outputs[0].shape) != 2:
        raise ValueError(
            f"Grad-CAM needs feature maps and a classifier: the output of `layer` (={layer!r}) must have 4 dimensions, "
            f"not {rank}, and that of the model 2, (images, classes)."
        )
    source, score = _class_scores(network.network)
    outputs: dict[str, Any] = {}

    def note(name: str, output: Any) -> Any:
        outputs[name] = output
        return output

    predictions = network.walk(images, note)
    maps, scores = outputs[layer], score(outputs[source])
    numbers = _check_classes(classes, len(images), scores.shape[-1])

    def chosen_scores(values: Any) -> Any:
        """Return the sum of the chosen scores if the layer had these maps; an image affects only its own score."""
        later: dict[str, Any] = {}

        def replace(name: str, output: Any) -> Any:
            later[name] = values if name == layer else output
            return later[name]

        network.walk(images, replace)
        chosen = ops.take_along_axis(score(later[source]), ops.convert_to_tensor(numbers)[:, None], axis=-1)
        return ops.sum(chosen)

    arrays = (
        ops.convert_to_numpy(each) for each in (maps, _gradient(chosen_scores, maps, network), scores, predictions)
    )
    return ClassGradient(*(each.astype("float32", copy=False) for each in arrays))


def block_output(model: keras.Model, path: str) -> str:
    """Return the name of the operation with the output of a block: the last one that scales no longer change.

    From the scaled maps of the block's gates it follows the graph to the sum with the shortcut and the ReLU, until the
    maps are used twice, change their shape, or enter a layer with a kernel or a custom layer. There, the maps are those
    that all later layers see.

    Raises:
        ValueError: the model has no gate at that path.
    """
    network = switchable(model).network
    one_of("path", path, tuple(site.path for site in sites(network)))
    scales = [site.scale for site in (*sites(network), *pixel_sites(network)) if site.path == path]
    name = max(scales, key=[operation.name for operation in network.operations].index)
    nodes = [node for each in network._nodes_by_depth.values() for node in each]
    while True:
        output = next(node.outputs[0] for node in nodes if node.operation.name == name)
        users = [node for node in nodes if any(each is output for each in node.input_tensors)]
        if len(users) != 1 or users[0].outputs[0].shape != output.shape or _has_kernel(users[0].operation):
            return str(name)
        name = users[0].operation.name


def _has_kernel(operation: Any) -> bool:
    """Return whether an operation has a kernel, or may have one since it is not Keras's."""
    return KINDS.get(type(operation).__name__, UNKNOWN) in KERNELS


def _gradient(function: Callable[[Any], Any], at: Any, network: Any) -> Any:
    """Return the gradient of a function with one number as result; nothing else here depends on the backend."""
    import keras

    backend = keras.config.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        def gradient(at: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(at)
                value = function(at)
            return tape.gradient(value, at, unconnected_gradients=tf.UnconnectedGradients.ZERO)

        # A graph takes longer, but leaves out the gradients of the kernels, one of which could end the process.
        is_unsafe = any(map(strided.is_unsafe, network._flatten_layers()))
        return tf.function(gradient, autograph=False)(at) if is_unsafe else gradient(at)
    if backend == "jax":
        import jax

        return jax.grad(function)(at)
    raise ValueError(f"Grad-CAM needs the backend 'tensorflow' or 'jax', not {backend!r}; set KERAS_BACKEND.")


def _class_scores(model: Any) -> tuple[str, Callable[[Any], Any]]:
    """Return the name of an operation, and a function from its output to the scores of the classes.

    Scores are taken before softmax, as in the paper (sec. 3): after it, each also depends on all other classes.
    """
    import keras
    from keras import ops

    output = model.outputs[0]
    shape = (-1, output.shape[-1])
    while _keeps_values(_source(output)):
        output = _input(output)
    last = _source(output)
    if isinstance(last, keras.layers.Activation) or type(last).__name__ == "Softmax":  # a layer, or an operation
        return _source(_input(output)).name, lambda scores: ops.reshape(scores, shape)
    if type(last) is not keras.layers.Dense or last.activation is keras.activations.linear:
        return last.name, lambda scores: ops.reshape(scores, shape)

    def before_activation(features: Any) -> Any:
        scores = ops.matmul(features, last.kernel)
        return ops.reshape(scores if last.bias is None else ops.add(scores, last.bias), shape)

    return _source(_input(output)).name, before_activation


def _keeps_values(operation: Any) -> bool:
    """Return whether an operation changes only the shape or the precision of its input."""
    import keras

    if isinstance(operation, keras.layers.Activation):
        return operation.activation is keras.activations.linear
    return type(operation).__name__ in ("Reshape", "Flatten", "Squeeze", "Identity", "Cast")


def _source(tensor: Any) -> Any:
    return tensor._keras_history.operation


def _input(tensor: Any) -> Any:
    """Return the first tensor on which the operation that returned a tensor was called."""
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index].input_tensors[0]


def _check_classes(classes: Any, n_images: int, n_classes: int) -> list[int]:
    if not hasattr(classes, "__len__") or isinstance(classes, (str, bytes)) or len(classes) != n_images:
        raise ValueError(f"`classes` must be one class number per image (={n_images}), not {quoted(classes)}.")
    return [whole("classes", int(each), 0, n_classes - 1) for each in classes]
