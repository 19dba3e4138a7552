"""Workers without the wait for Keras: load it once, and fork a worker for each line of JSON that is read.

A line has the folder of a run, the seconds between checkpoints within an epoch, and the number of devices; or the
number of a worker, whose exit status is printed once it has ended. Neither TensorFlow nor JAX has started threads at
the time of the fork, so a worker computes the same as a separately started one. This script's argument is its mark.
"""

import json
import os
import signal
import sys

from senet_lab.training.worker.lean_import import lean_import

with lean_import():  # as in a worker
    import keras
    import tensorflow as tf
    from PIL import Image

    import senet_lab.data.image_arrays
    import senet_lab.gates.observe
    import senet_lab.gates.sites
    import senet_lab.ledger.build_memory
    import senet_lab.nets.network
    import senet_lab.nets.on_keras.acceleration
    import senet_lab.nets.on_keras.graph
    import senet_lab.training.optimizers
    import senet_lab.training.worker.loop  # noqa: F401 - and the others: what a worker imports, which takes long
    from senet_lab.training.worker import checkpointer, worker

Image.init()  # loads the modules of all formats


def divide_cpu(count):
    """Divide the CPU into that many devices; must be called before any backend looks for devices."""
    if keras.config.backend() == "jax":
        os.environ["XLA_FLAGS"] += f" --xla_force_host_platform_device_count={count}"
    else:
        (cpu,) = tf.config.list_physical_devices("CPU")
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * count)


def work(folder, kept_every, devices):
    """Do the work of a waiting worker that has received a folder."""
    source, target = os.pipe()
    os.write(target, os.fsencode(folder) + b"\n")
    os.close(target)  # no other folder will follow
    os.dup2(source, 0)
    sys.argv[1:1] = ["--wait"]
    checkpointer.MAX_INTERVAL = kept_every
    if devices > 1:
        divide_cpu(devices)
    worker.main()


def exit_status(number):
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


if __name__ == "__main__":
    numbers = []  # of workers; they remain reserved until now
    for line in sys.stdin:
        asked = json.loads(line)
        if "number" in asked:
            numbers.remove(asked["number"])
            print(exit_status(asked["number"]), flush=True)
        elif number := os.fork():
            print(number, flush=True)
            numbers.append(number)
        else:
            work(**asked)
            sys.exit()
    for number in numbers:  # failed tests may have left some running
        os.kill(number, signal.SIGKILL)
        exit_status(number)
