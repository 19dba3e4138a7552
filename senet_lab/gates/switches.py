"""Switches: a Keras model whose gates can be held and released without retracing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from senet_lab.extras import needed_by
from senet_lab.gates.sites import sites, tensor

with needed_by(__name__):
    import keras
    from keras import ops


class Switched(keras.Model):  # type: ignore[misc]  # Keras ships no types
    """A functional model with the same layers and weights and a switch after each gate.

    Each switch is three variables, so gates can be held and released between two calls of one compiled function. With
    all switches open, its output is exactly that of the model.

    Attributes:
        network: the model; it is not changed, and training it later also changes this model's output.
        switches: for each block by its path, a `Switch`.
    """

    def __init__(self, network: keras.Model, **options: Any) -> None:
        super().__init__(name=options.pop("name", f"{network.name}_switched"), **options)
        self.network = network
        gates = sites(network)
        self.switches = {site.path: Switch(tensor(network, site.gate).shape[-1], name=site.gate) for site in gates}
        self._by_gate = {site.gate: self.switches[site.path] for site in gates}
        self.built = True

    def call(self, images: Any, training: Any = None) -> Any:
        """Return the model's output for (batch, height, width, channels), with gates held as the switches are set."""
        return self.walk(images, lambda _, output: output, training)

    def walk(self, images: Any, change: Callable[[str, Any], Any], training: Any = None) -> Any:
        """Return the same, where `change` gets the name and the output of each operation, and returns the new output.

        Gates are held before `change` gets their output.
        """

        def switched(operation: Any) -> Any:
            def call(*args: Any, **kwargs: Any) -> Any:
                if training is not None and "training" in getattr(operation, "_call_context_args", {}):
                    kwargs["training"] = training
                y = operation(*args, **kwargs)
                switch = self._by_gate.get(operation.name)
                return change(operation.name, y if switch is None else switch(y))

            return call

        # Keras's own walk over the graph, as in `clone_model`: calling the layers on symbolic tensors instead would
        # give each a second node, and make `layer.output` of the original model ambiguous.
        return self.network._run_through_graph(self.network._standardize_inputs(images), operation_fn=switched)


class Switch(keras.layers.Layer):  # type: ignore[misc]
    """Passes a gate's values through, possibly reordered, or holds each channel at a level.

    Attributes:
        order: (channels,), the channel whose value each channel gets.
        is_held, level: (channels,), whether each channel is held, and at which value.
    """

    def __init__(self, channels: int, **options: Any) -> None:
        super().__init__(trainable=False, **options)
        how: dict[str, Any] = {"shape": (channels,), "trainable": False}
        self.order = self.add_weight(name="order", dtype="int32", initializer="zeros", **how)
        self.is_held = self.add_weight(name="is_held", initializer="zeros", **how)
        self.level = self.add_weight(name="level", initializer="zeros", **how)
        self.built = True
        self.open()

    def open(self) -> None:
        """Pass the gate's values through unchanged."""
        self.shuffle(range(self.order.shape[0]))

    def shuffle(self, order: Any) -> None:
        """Give each channel the value of another channel."""
        self.order.assign(list(order))
        self.is_held.assign(ops.zeros(self.is_held.shape))

    def hold(self, level: Any) -> None:
        """Hold each channel at its level; a single number applies to all channels."""
        self.level.assign(ops.broadcast_to(ops.convert_to_tensor(level, "float32"), self.level.shape))
        self.is_held.assign(ops.ones(self.is_held.shape))

    def call(self, gate: Any) -> Any:
        """Return the values that scale the maps in place of the gate, (batch, 1, 1, channels)."""
        own = ops.take(gate, self.order, axis=-1)
        return ops.where(ops.cast(self.is_held, "bool"), ops.cast(self.level, gate.dtype), own)
