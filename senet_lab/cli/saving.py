"""`senet-lab save`: a run, a saved Keras model, a preset or a token as a model in any format."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from senet_lab.checks import one_of, path_of
from senet_lab.cli.networks import named_architecture
from senet_lab.cli.runs import open_run
from senet_lab.export import MODEL_SUFFIXES, save_model
from senet_lab.export.conversion import check_packages
from senet_lab.export.formats import FORMATS
from senet_lab.extras import TRAINING, require
from senet_lab.ledger.build_memory import check_save


def save(arguments: argparse.Namespace) -> int:
    """Write a model and print what it is; only for a separate process, since it loads Keras without pandas."""
    path = path_of("file", arguments.file, "'network.keras'")
    suffix = one_of("suffix", path.suffix, MODEL_SUFFIXES)
    if suffix in FORMATS:
        check_packages(suffix)
        os.environ["KERAS_BACKEND"] = "tensorflow"  # Keras converts to other formats from TensorFlow only
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    model, words = _model(arguments.network)
    save_model(model, path)
    sys.stdout.write(f"{path}: {words}\n")
    return 0


def _model(network: str) -> tuple[Any, str]:
    """Return the model of a file, a preset, a token or a run, and words for it."""
    if architecture := named_architecture(network):
        check_save(architecture)
        return architecture.build(), f"{architecture.name} with random weights"
    if network.lower().endswith(".keras"):
        from senet_lab.nets.on_keras.loading import load

        model = load(Path(network))
        return model, f"{model.name} of {network}"
    require(*TRAINING, by="opening a run")
    from senet_lab.training.runs.trained_model import load_trained_model
    from senet_lab.training.worker.lean_import import lean_import

    run = open_run(network)
    check_save(run.architecture)
    with lean_import():  # imports Keras
        model, epoch = load_trained_model(run)
    return model, f"{run.architecture.name} with the weights of epoch {epoch}"
