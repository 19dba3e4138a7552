"""Building: the Keras model, made in a thread and compared with the ledger."""

from __future__ import annotations

import contextvars
import gc
import os
import sys
import threading
import time
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from senet_lab import memory
from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import ParameterError
from senet_lab.extras import MissingExtraError, require
from senet_lab.files import written_whole
from senet_lab.ledger.build_memory import check_build, check_data, check_save, weight_bytes
from senet_lab.nets.on_keras.quiet import wake_keras
from senet_lab.widgets.refusals import page_text
from senet_lab.widgets.saving import free_name, place

if TYPE_CHECKING:
    import keras


class Building:
    """Builds and saves one model at a time.

    Attributes:
        on_change: called from the thread when there is something new to show; another panel that takes over sets it.
        architecture: what is being built, or was built last; None before.
        model: the model that was built from it; None before, and while the next one is built.
        message: how far it is, or the result.
        running: whether a thread is building or saving.
    """

    def __init__(self, on_change: Callable[[], None]) -> None:
        self.on_change = on_change
        self.architecture: Architecture | None = None
        self.model: keras.Model | None = None
        self.message, self.running = "", False
        self._data_limit: int | None = None  # bytes for models, once Keras is there; None as well without a limit
        self._pooled = 0  # bytes that TensorFlow's pool keeps of models that are gone

    def start(self, architecture: Architecture) -> None:
        """Build a model, unless one is being built already, or there is too little memory."""
        if self.running:
            return
        self.architecture, self.model, self.message = architecture, None, ""
        gc.collect()  # a Keras model refers to itself: the previous one would still take its memory
        try:
            require("keras", "psutil", by="building a network")
            check_build(architecture, pooled=self._pooled)
        except (MissingExtraError, ValueError) as error:
            self.message = f"Not built: {page_text(error)}"
            return
        self.running = True
        # Keras keeps its dtype policy by thread: the one of the notebook is handed over.
        policy = sys.modules["keras"].config.dtype_policy() if "keras" in sys.modules else None
        _run_in_thread(self._build, architecture, policy)

    def save(self, folder: Path) -> None:
        """Save the model in a folder under a free name; in a thread as well."""
        if self.running or self.model is None or self.architecture is None:
            return
        try:
            check_save(self.architecture, built=True)
        except ValueError as error:
            self.message = f"Not saved: {page_text(error)}"
        else:
            path = free_name(folder, self.model.name, ".keras")
            self.running, self.message = True, f"Saving {path.name} \u2026"
            _run_in_thread(self._save, self.model, path)

    def _save(self, model: keras.Model, path: Path) -> None:
        try:
            with written_whole(path) as unfinished:
                model.save(unfinished)
            message = f"Saved as {path.name}, {place(path.parent)}."
        except Exception as error:
            message = f"It could not be saved: {failure_reason(error)}"
        self.running = False
        self._report(message)

    def _build(self, architecture: Architecture, policy: Any) -> None:
        try:
            self._report("Loading Keras and TensorFlow: seconds, the first time up to twenty \u2026")
            wake_keras()
            import keras

            if policy is not None:
                keras.config.set_dtype_policy(policy)
            self._report(f"Building {len(architecture.ledger().rows)} layers \u2026")
            if self._data_limit is None:  # memory that a model has left stays with the process, for the next one
                self._data_limit = memory.remaining()
            if self._data_limit is not None:
                check_data(architecture, self._data_limit)
            start = time.perf_counter()
            model = architecture.build()
            seconds = time.perf_counter() - start
            self.model, message = model, compare_with_ledger(architecture, model)
            if os.environ.get("TF_CPU_ALLOCATOR_USE_BFC") == "true":
                self._pooled = max(self._pooled, weight_bytes(architecture))
            message = f"Built in {seconds:.1f} s. {message}"
        except Exception as error:
            message = f"It could not be built: {failure_reason(error)}"
        self.running = False
        self._report(message)

    def _report(self, message: str) -> None:
        self.message = message
        self.on_change()


def _run_in_thread(function: Callable[..., None], *arguments: Any) -> None:
    """Run a function in a thread, in the context of the page's message that requests it: see `Follower`."""
    threading.Thread(target=contextvars.copy_context().run, args=(function, *arguments), daemon=True).start()


def failure_reason(error: BaseException) -> str:
    """Return why a build or a save failed, in the words of the page; if memory is short, the limit."""
    causes: list[BaseException] = [error]
    while cause := causes[-1].__cause__ or causes[-1].__context__:
        causes.append(cause)
    if any(isinstance(each, MemoryError) or type(each).__name__ == "ResourceExhaustedError" for each in causes):
        limit = memory.limit()
        allowed = f"This kernel may use {limit >> 20:,} MB; choose" if limit else "Choose"
        return f"not enough memory. {allowed} a smaller network."
    is_for_people = isinstance(error, ParameterError) or type(error) in (ValueError, OSError, MissingExtraError)
    return page_text(error) if is_for_people else f"{type(error).__name__}: {error}"


def compare_with_ledger(architecture: Architecture, model: keras.Model) -> str:
    """Return how the layers of a model compare with the rows of the ledger: name, output shape, weights."""
    rows = {row.name: row for row in architecture.ledger().rows}
    differing = [
        layer.name
        for layer in model.layers
        if (row := rows.get(layer.name)) is None
        or _shape_and_counts(layer) != (row.output_shape, row.params, row.state)
    ]
    if differing or len(rows) != len(model.layers):
        return f"It differs from the ledger in {', '.join(differing) or 'the number of layers'}."
    total = architecture.ledger().total
    return (
        f"All {len(rows)} layers are as in the ledger: {total.params:,} trainable parameters and {total.state:,} "
        f"of state, {model.count_params():,} in all."
    )


def _shape_and_counts(layer: Any) -> tuple[Any, int, int]:
    trainable = sum(prod(weight.shape) for weight in layer.trainable_weights)
    return tuple(layer.output.shape), trainable, layer.count_params() - trainable
