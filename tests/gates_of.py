"""Gates and ablations of a network, on any backend of Keras."""

from senet_lab.gates.ablation import HOWS, ablated, switchable
from senet_lab.gates.gradcam import block_output, class_gradient, grad_cam
from senet_lab.gates.observe import observed


def gates_and_ablations(model, images):
    """Return, by name, the output, the gates of each block, the output with all gates held in each way, and Grad-CAM."""
    seen, switched = observed(model, images, batch=3), switchable(model)
    held = {how: ablated(switched, seen.gates, how, seen.gates).predict_on_batch(images) for how in HOWS}
    gates = {path.replace("/", "_"): values for path, values in seen.gates.items()}
    free = ablated(switched, (), "own")
    looks = class_gradient(free, images, block_output(free, next(iter(seen.gates))), [0] * len(images))
    return {"output": seen.predictions, **gates, **held, "looks": grad_cam(looks.maps, looks.gradients)}
