"""Devices: one, all of a host, or those of several hosts, each of which trains on its share of every batch.

All of a host: TensorFlow's MirroredStrategy, or Keras' DataParallel on JAX. Several hosts: DataParallel on JAX alone,
since Keras 3 does not run under TensorFlow's MultiWorkerMirroredStrategy (keras issue 20585).
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

from senet_lab.checks import one_of, whole

DEVICES = ("one", "all")


class Placement(NamedTuple):
    """Where a run is trained.

    Attributes:
        devices: "one", or "all" of each host.
        hosts: address and port of each host, the same list on all of them; none for this one alone.
        index: which of the hosts this is, from 0.
    """

    devices: str = "one"
    hosts: tuple[str, ...] = ()
    index: int = 0

    @classmethod
    def checked(cls, devices: str = "one", hosts: Any = (), index: int = 0) -> Placement:
        """A placement that can be.

        Raises:
            ValueError, TypeError: another word for the devices; a host without a port; no such host.
        """
        hosts = tuple(hosts)
        for host in hosts:
            if not (isinstance(host, str) and host.rpartition(":")[0] and host.rpartition(":")[2].isdecimal()):
                raise ValueError(f"`hosts` must be addresses with ports, not {host!r}; try 'localhost:1234'.")
        if len(hosts) == 1:
            raise ValueError(f"`hosts` (={hosts}) must be two or more; try none, which is this one alone.")
        return cls(one_of("devices", devices, DEVICES), hosts, whole("index", index, 0, len(hosts) - 1 if hosts else 0))


class Placed(NamedTuple):
    """Devices that are ready.

    Attributes:
        parts: how many devices share a batch, on all hosts.
        hosts, index: how many hosts there are, and which one this is.
        scope: a context in which the network has to be built.
        synchronizes: whether batch normalization has to be told to take its statistics over all devices.
    """

    parts: int = 1
    hosts: int = 1
    index: int = 0
    scope: AbstractContextManager[Any] = nullcontext()
    synchronizes: bool = False

    def own(self, rows: Any) -> Any:
        """This host's share of the rows of a batch."""
        share = len(rows) // self.hosts
        return rows[self.index * share : (self.index + 1) * share]


def place(placement: Placement) -> Placed:
    """Make the devices ready; before anything is computed.

    Raises:
        ValueError: this backend cannot.
    """
    import keras

    backend = keras.config.backend()
    if placement.hosts and backend != "jax":
        raise ValueError(
            f"Several hosts need the backend 'jax', not {backend!r}: Keras 3 does not run under TensorFlow's "
            "MultiWorkerMirroredStrategy (keras issue 20585); try KERAS_BACKEND=jax."
        )
    if placement == Placement():
        return Placed()
    if backend == "jax":
        return _on_jax(placement)
    if backend == "tensorflow":
        return _mirrored()
    raise ValueError(f"All devices need the backend 'tensorflow' or 'jax', not {backend!r}; try KERAS_BACKEND=jax.")


def _mirrored() -> Placed:
    import tensorflow as tf

    found = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    if len(found) == 1:
        return Placed()
    strategy = tf.distribute.MirroredStrategy([device.name for device in found])
    return Placed(len(found), scope=strategy.scope(), synchronizes=True)


def _on_jax(placement: Placement) -> Placed:
    """Arrays are cut along the batch, and what is computed over it is computed over all of it."""
    import jax
    import keras

    hosts = len(placement.hosts)
    if hosts:
        jax.config.update("jax_cpu_collectives_implementation", "gloo")
        keras.distribution.initialize(",".join(placement.hosts), hosts, placement.index)
    devices = jax.devices()
    if placement.devices == "one":  # of each host
        devices = [next(d for d in devices if d.process_index == host) for host in range(max(1, hosts))]
    if len(devices) > 1:
        names = [f"{device.platform}:{device.id}" for device in devices]
        keras.distribution.set_distribution(keras.distribution.DataParallel(devices=names, auto_shard_dataset=False))
    return Placed(len(devices), max(1, hosts), placement.index)
