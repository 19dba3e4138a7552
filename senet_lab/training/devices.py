"""Devices: one, all of a host, or those of several hosts; each trains on its share of every batch.

All devices of a host use TensorFlow's MirroredStrategy, or Keras's DataParallel on JAX. Several hosts need DataParallel
on JAX, since Keras 3 does not run under TensorFlow's MultiWorkerMirroredStrategy (keras issue 20585).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

from senet_lab.array_checks import Array
from senet_lab.checks import one_of, quoted, whole
from senet_lab.training.runs.request import REQUESTS

DEVICES = ("one", "all")
MAX_JSON_BYTES = 4096
AMPERE = 8  # major compute capability of the first NVIDIA GPUs that compute in bfloat16


class Placement(NamedTuple):
    """The devices and hosts that train a run.

    Attributes:
        devices: "one", or "all" of each host.
        hosts: address and port of each host, the same list on every host; empty to train on this host only.
        host_index: the index of this host, from 0.
    """

    devices: str = "one"
    hosts: tuple[str, ...] = ()
    host_index: int = 0

    @classmethod
    def checked(cls, devices: str = "one", hosts: Any = (), host_index: int = 0) -> Placement:
        """Return a valid placement; raise ValueError or TypeError for invalid values."""
        if not isinstance(hosts, (tuple, list)):
            raise TypeError(f"`hosts` must be addresses with ports, not {quoted(hosts)}; try ('a:1234', 'b:1234').")
        hosts = tuple(hosts)
        for host in hosts:
            if not (isinstance(host, str) and host.rpartition(":")[0] and host.rpartition(":")[2].isdecimal()):
                raise ValueError(f"`hosts` must be addresses with ports, not {quoted(host)}; try 'localhost:1234'.")
        if len(hosts) == 1:
            raise ValueError(f"`hosts` (={quoted(hosts)}) must be two or more; try none, which is this one alone.")
        index = whole("host_index", host_index, 0, max(0, len(hosts) - 1))
        return cls(one_of("devices", devices, DEVICES), hosts, index)


class Devices(NamedTuple):
    """The prepared devices."""

    size: int = 1  # the number of devices that share a batch, on all hosts
    hosts: int = 1  # the number of hosts
    host_index: int = 0  # the index of this host, from 0
    # TensorFlow's strategy, or None. The network is built in its scope, with `synchronized` batch normalization.
    strategy: Any = None

    def scope(self) -> AbstractContextManager[Any]:
        """Return a context to build the network in."""
        return self.strategy.scope() if self.strategy else nullcontext()

    def host_share(self, rows: Any) -> Any:
        """Return this host's share of the rows of a batch."""
        share = len(rows) // self.hosts
        return rows[self.host_index * share : (self.host_index + 1) * share]

    def training_data(self, steps: Callable[[], Iterator[tuple[Any, Any]]]) -> Any:
        """Return this host's share of the batches, as `fit` takes them; with a strategy, one share per device in turn.

        On TensorFlow, this is a dataset that calls `steps` whenever it is iterated, and serves every epoch; otherwise
        an iterator. Left to itself, the strategy would not split the generator's batches at the steps, and would lose
        prefetched batches whenever Keras restarts the iteration, which it does after inspecting the first batch.
        """
        import keras

        if keras.config.backend() != "tensorflow":
            return ((self.host_share(x), self.host_share(y)) for x, y in steps())
        import tensorflow as tf

        if not self.strategy:
            dataset = tf.data.Dataset.from_generator(steps, output_signature=_signature(next(steps())))
            return _without_autotuning(dataset.prefetch(1))

        def shares() -> Iterator[tuple[Any, Any]]:
            for x, y in steps():
                share = len(x) // self.size
                yield from ((x[i : i + share], y[i : i + share]) for i in range(0, len(x), share))
            while True:  # endless, so that devices need not ask each other for the end; these are never used
                yield x[:share], y[:share]

        dataset = tf.data.Dataset.from_generator(shares, output_signature=_signature(next(shares())))
        dataset = dataset.apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))
        return self.strategy.distribute_datasets_from_function(lambda _: dataset)

    def validation_data(self, x: Any, y: Any, batch: int) -> dict[str, Any]:
        """Return images (images, height, width, channels) and their classes as `evaluate` takes them, `batch` per step.

        On a single TensorFlow device, this is a dataset; otherwise arrays, which Keras splits over the devices.
        """
        import keras

        if self.strategy or keras.config.backend() != "tensorflow":
            return {"x": x, "y": y, "batch_size": batch}
        import tensorflow as tf

        return {"x": _without_autotuning(tf.data.Dataset.from_tensor_slices((x, y)).batch(batch).prefetch(1))}


def _without_autotuning(dataset: Any) -> Any:
    """Return the dataset without its autotuning thread; datasets derived by a strategy ignore these options.

    There is nothing to tune here. With TensorFlow 2.21, the end of a pass over the images, or a stop within it, may
    wait for that thread to wake up. This takes as long as the pass has taken, up to a minute.
    """
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)


def _signature(arrays: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return TensorFlow's specifications of these arrays, for any number of rows."""
    import tensorflow as tf

    return tuple(tf.TensorSpec((None, *array.shape[1:]), array.dtype) for array in arrays)


def prepare_devices(placement: Placement, accumulate: int = 1) -> Devices:
    """Prepare the devices before any computation; raise ValueError if this backend does not support them.

    Args:
        accumulate: the number of batches whose gradients are combined into one step.
    """
    import keras

    backend = keras.config.backend()
    if placement.hosts and backend != "jax":
        raise ValueError(
            f"Several hosts need the backend 'jax', not {backend!r}: Keras 3 does not run under TensorFlow's "
            "MultiWorkerMirroredStrategy (Keras issue #20585); try KERAS_BACKEND=jax."
        )
    if placement == Placement():
        return Devices()
    if backend == "jax":
        return _distribute_on_jax(placement)
    if backend == "tensorflow":
        return _mirror(accumulate)
    raise ValueError(f"All devices need the backend 'tensorflow' or 'jax', not {backend!r}; try KERAS_BACKEND=jax.")


def _mirror(accumulate: int) -> Devices:
    import tensorflow as tf

    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    if len(devices) == 1:
        return Devices()
    if accumulate > 1:
        raise ValueError(
            f"`accumulate` (={accumulate}) must be 1 on {len(devices)} devices of TensorFlow, whose MirroredStrategy "
            "has no `merge_call` under a condition; try accumulate=1, or KERAS_BACKEND=jax."
        )
    strategy = tf.distribute.MirroredStrategy([device.name for device in devices])
    return Devices(len(devices), strategy=strategy)


def _distribute_on_jax(placement: Placement) -> Devices:
    """Distribute batches over devices; statistics of a batch are still computed over the whole batch."""
    import jax
    import keras

    hosts = len(placement.hosts)
    if hosts:
        jax.config.update("jax_cpu_collectives_implementation", "gloo")  # type: ignore[no-untyped-call]  # jax
        keras.distribution.initialize(",".join(placement.hosts), hosts, placement.host_index)
    devices = jax.devices()
    if placement.devices == "one":  # of each host
        devices = [next(d for d in devices if d.process_index == host) for host in range(max(1, hosts))]
    if len(devices) > 1:
        names = [f"{device.platform}:{device.id}" for device in devices]
        keras.distribution.set_distribution(keras.distribution.DataParallel(devices=names, auto_shard_dataset=False))
    return Devices(len(devices), max(1, hosts), placement.host_index)


def agree_on_request(request: str, seconds: float) -> tuple[str, float]:
    """Return the last of `REQUESTS` that any host received, and the longest of their times; all hosts call it."""
    import numpy as np
    from jax.experimental.multihost_utils import process_allgather

    rows = process_allgather(np.array([REQUESTS.index(request), seconds], "float32"))
    return REQUESTS[int(rows[:, 0].max())], float(rows[:, 1].max())


def broadcast_checkpoint(arrays: Sequence[Array], about: dict[str, Any]) -> tuple[list[Array], dict[str, Any]]:
    """Return the arrays and plain values of the first host; the arrays of the others must have the same shapes.

    All hosts call this, or none.
    """
    import numpy as np
    from jax.experimental.multihost_utils import broadcast_one_to_all

    text = json.dumps(about).encode().ljust(MAX_JSON_BYTES)
    *arrays, text = broadcast_one_to_all([*arrays, np.frombuffer(text, "uint8")])
    return list(arrays), json.loads(np.asarray(text).tobytes())
