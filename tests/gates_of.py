"""Outputs, gates and ablations of a network, on any backend of Keras."""

from senet_lab.gates.ablation import HOWS, ablated, switchable
from senet_lab.gates.gradcam import block_output, class_gradient, grad_cam
from senet_lab.gates.observe import observed, pixel_gates


def output(model, images):
    """Return the output, by name."""
    return {"output": model.predict_on_batch(images)}


def output_and_pixel_gates(model, images):
    """Return, by name, the output and the gates per pixel of each block."""
    gates = {path.replace("/", "_"): values for path, values in pixel_gates(model, images, batch=3).items()}
    return {**output(model, images), **gates}


def gates_and_ablations(model, images):
    """Return, by name, the output, the gates of each block, the output with all gates held in each way, and Grad-CAM."""
    seen, switched = observed(model, images, batch=3), switchable(model)
    held = {how: ablated(switched, seen.gates, how, seen.gates).predict_on_batch(images) for how in HOWS}
    gates = {path.replace("/", "_"): values for path, values in seen.gates.items()}
    free = ablated(switched, (), "own")
    looks = class_gradient(free, images, block_output(free, next(iter(seen.gates))), [0] * len(images))
    return {"output": seen.predictions, **gates, **held, "looks": grad_cam(looks.maps, looks.gradients)}
