"""Count all networks of `keras.applications`, and compare with Keras and with TensorFlow's profiler.

`python benchmarks/applications.py` takes about five minutes; names of networks, such as ResNet50, count only these.
"""

from __future__ import annotations

import sys
from typing import Any

from senet_lab import Ledger
from senet_lab.nets.on_keras.quiet import wake_keras

COUNTED = ("Conv2D", "DepthwiseConv2dNative", "MatMul")  # operations of TensorFlow; it counts no grouped convolution


def names() -> list[str]:
    """Return the networks of `keras.applications`."""
    import keras

    return [name for name, each in vars(keras.applications).items() if name[0].isupper() and callable(each)]


def profiled(model: Any, shape: tuple[int, ...]) -> int:
    """Return the multiply-adds that TensorFlow's profiler counts."""
    import tensorflow as tf

    graph = tf.function(lambda x: model(x, training=False)).get_concrete_function(tf.TensorSpec((1, *shape))).graph
    builder = tf.compat.v1.profiler.ProfileOptionBuilder
    options = builder(builder.float_operation()).with_empty_output().with_accounted_types(COUNTED).build()
    return int(tf.compat.v1.profiler.profile(graph, cmd="scope", options=options).total_float_ops) // 2


def line(name: str) -> str:
    """Return a line with the counts of a network, and whether Keras and TensorFlow count the same."""
    import keras

    model = getattr(keras.applications, name)(weights=None)
    shape = tuple(side or (224, 224, 3)[at] for at, side in enumerate(model.inputs[0].shape[1:]))
    ledger, flops = Ledger.of(model, shape), profiled(model, shape)
    same = ["differs", "same"][ledger.params + ledger.state == model.count_params()]
    grouped = sum(row.macs for row in ledger.rows if row.kind == "grouped conv")
    macs = "same" if ledger.macs == flops else "same but for grouped" if ledger.macs - grouped == flops else "differs"
    keras.backend.clear_session()
    network = f"{name:20} {shape[0]} px"
    return (
        f"{network} {ledger.params:12,} params {ledger.state:9,} state ({same}) {ledger.macs:15,} macs ({macs}) "
        f"SE {ledger.se_share:6.1%}, {len(ledger.unknown)} unknown"
    )


if __name__ == "__main__":
    wake_keras()
    for each in sys.argv[1:] or names():
        sys.stdout.write(f"{line(each)}\n")
        sys.stdout.flush()
