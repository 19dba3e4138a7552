"""Build the Keras model in a thread and compare it with the ledger."""

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
from senet_lab.export.conversion import check_packages
from senet_lab.export.formats import FORMATS, companions_of, opening_words
from senet_lab.export.model_files import save_model
from senet_lab.extras import MissingExtraError, require
from senet_lab.ledger.build_memory import check_build, check_data, check_save, weight_bytes
from senet_lab.nets.on_keras.quiet import wake_keras
from senet_lab.widgets.refusals import page_text
from senet_lab.widgets.saving import free_name, place

if TYPE_CHECKING:
    import keras


class Building:
    """Builds and saves one model at a time.

    Attributes:
        on_change: called from the thread when there is something new to show; a panel that takes over replaces it.
        architecture: the network that is being built or was built last; None before the first build.
        model: the model built from it; None before the first build and during the next one.
        message: the progress or the result.
        running: whether a thread is building or saving.
    """

    def __init__(self, on_change: Callable[[], None]) -> None:
        self.on_change = on_change
        self.architecture: Architecture | None = None
        self.model: keras.Model | None = None
        self.message, self.running = "", False
        self._data_limit: int | None = (
            None  # bytes left for models once Keras is loaded; None also if there is no limit
        )
        self._pooled = 0  # bytes that TensorFlow's pool keeps from deleted models

    def start(self, architecture: Architecture, then: Callable[[], None] | None = None) -> None:
        """Build a model, unless one is being built already or memory is short.

        Args:
            then: called with the new model in place, in the same thread, while `running` is still true.
        """
        if self.running:
            return
        self.architecture, self.model, self.message = architecture, None, ""
        gc.collect()  # a Keras model refers to itself, so the previous one would still occupy memory
        try:
            require("keras", "psutil", by="building a network")
            check_build(architecture, pooled=self._pooled)
        except (MissingExtraError, ValueError) as error:
            self.message = f"Not built: {page_text(error)}"
            return
        self.running = True
        # Keras keeps its dtype policy per thread, so pass on the notebook's.
        policy = sys.modules["keras"].config.dtype_policy() if "keras" in sys.modules else None
        _run_in_thread(self._build, architecture, policy, then)

    def save(self, architecture: Architecture, folder: Path, suffix: str) -> None:
        """Save the model of an architecture in a folder under an unused name, in a thread; build it first if needed.

        Args:
            suffix: the format, one of `MODEL_SUFFIXES`.
        """
        if self.running:
            return
        is_built = self.model is not None and architecture == self.architecture
        try:
            if suffix in FORMATS:
                check_packages(suffix)
            if is_built:
                check_save(architecture, built=True)
        except (MissingExtraError, ValueError) as error:
            if not is_built:  # otherwise the page would describe another network
                self.architecture, self.model = architecture, None
            self.message = f"Not saved: {page_text(error)}"
            return
        if is_built:
            self.running, self.message = True, f"Saving {self._free_path(folder, suffix).name} \u2026"
            _run_in_thread(self._save, folder, suffix)
        else:
            self.start(architecture, then=lambda: self._save(folder, suffix))

    def _free_path(self, folder: Path, suffix: str) -> Path:
        assert self.model is not None
        return free_name(folder, self.model.name, suffix, companions_of(suffix))

    def _save(self, folder: Path, suffix: str) -> None:
        model = self.model
        assert model is not None
        path = self._free_path(folder, suffix)
        self._report(f"Saving {path.name} \u2026")
        try:
            save_model(model, path)
            message = f"Saved as {path.name}, {place(path.parent)}; {opening_words(suffix)}."
        except Exception as error:
            message = f"Couldn\u2019t save the model: {failure_reason(error)}"
        self.running = False
        self._report(message)

    def _build(self, architecture: Architecture, policy: Any, then: Callable[[], None] | None) -> None:
        try:
            self._report("Loading Keras and TensorFlow; the first time this takes up to 20 seconds \u2026")
            wake_keras()
            import keras

            if policy is not None:
                keras.config.set_dtype_policy(policy)
            self._report(f"Building {len(architecture.ledger().rows):,} layers \u2026")
            if self._data_limit is None:  # the process keeps the memory of a deleted model for the next one
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
            message = f"Couldn\u2019t build the model: {failure_reason(error)}"
        else:
            if then is not None:
                then()
                return
        self.running = False
        self._report(message)

    def _report(self, message: str) -> None:
        self.message = message
        self.on_change()


def _run_in_thread(function: Callable[..., None], *arguments: Any) -> None:
    """Run a function in a thread, in the context of the message that requested it; see `Follower`."""
    threading.Thread(target=contextvars.copy_context().run, args=(function, *arguments), daemon=True).start()


def failure_reason(error: BaseException) -> str:
    """Return why building or saving failed, in the page's words; if memory is short, with the limit."""
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
    """Return how a model's layers compare with the rows of the ledger in name, output shape and weights."""
    rows = {row.name: row for row in architecture.ledger().rows}
    differing = [
        layer.name
        for layer in model.layers
        if (row := rows.get(layer.name)) is None
        or _shape_and_counts(layer) != (row.output_shape, row.params, row.state)
    ]
    if differing or len(rows) != len(model.layers):
        return f"The model differs from the ledger in {', '.join(differing) or 'the number of layers'}."
    total = architecture.ledger().total
    return (
        f"All {len(rows):,} layers match the ledger: {total.params:,} trainable and {total.state:,} non-trainable "
        f"parameters, {model.count_params():,} in total."
    )


def _shape_and_counts(layer: Any) -> tuple[Any, int, int]:
    trainable = sum(prod(weight.shape) for weight in layer.trainable_weights)
    return tuple(layer.output.shape), trainable, layer.count_params() - trainable
