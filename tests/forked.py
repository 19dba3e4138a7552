"""Workers without the wait for Keras: loads it once, and forks a worker for each folder that it reads.

TensorFlow has no threads yet where it forks, so a worker computes what one with a process of its own does. It is known
by the word that this is called with, as a worker is by its mark.
"""

import os
import sys
from pathlib import Path

import keras  # noqa: F401 - which is what takes long

import senet_lab.training.optimizers  # noqa: F401
from senet_lab.training import worker

if __name__ == "__main__":
    for line in sys.stdin:
        if child := os.fork():
            print(child, flush=True)
            os.waitpid(child, 0)
            continue
        folder = Path(line.strip())
        os.dup2(os.open(folder / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
        worker.train(folder, sys.argv[1])
        os._exit(0)
