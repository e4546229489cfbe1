"""PyTorch's side of `retort bench --against pytorch`.

Started with the number of threads; --device cuda, --precision tf32 or bf16 and --compile choose another way to compute
(pytorch_mode.py). Reads one JSON object a line, answers with one JSON object a line:

  {"prepare": NAME, "kind": KIND, ...extents}  makes the operands and warms up     -> {"prepared": true, "layout": ...,
                                                                                       "result": {...}}
                                               no such kind here                   -> {"prepared": false}
  {"run": true}                                one timed round of what is prepared -> {"seconds": ..., "peak_bytes": ...}

The result is what the first execution gave, in a few numbers, where there is something to compare. Warm-up is three
rounds. Work on images is prepared in both memory layouts and the faster one is kept, on a GPU in channels-last alone. The end of the input ends the process.
"""

import argparse
import ctypes
import gc
import json
import math
import sys
import time

WARM_UPS = 3
WARM_UP_SECONDS = 0.3
ROUND_SECONDS = 0.05


def say(answer):
    print(json.dumps(answer), flush=True)


try:
    import torch
    import torchvision
except ImportError as missing:
    say({"missing": missing.name or str(missing)})
    sys.exit(0)

import pytorch_mode as mode
import torch.nn.functional as F


def uniform(*shape, dtype=torch.float32):
    """Numbers in [-1, 1), none so small that processors slow down."""
    return (torch.rand(*shape, device=mode.device) * 2 - 1).to(dtype)


def gemm(t, layout):
    a = uniform(t["batch"], t["m"], t["k"], dtype=mode.dtype())
    b = uniform(t["batch"], t["k"], t["n"], dtype=mode.dtype())
    if t["batch"] == 1:
        a, b = a[0], b[0]
    return lambda: torch.matmul(a, b)


def matrix(operation):
    """Work on one [rows, columns] matrix."""

    def prepare(t, layout):
        x = uniform(t["rows"], t["columns"])
        return lambda: operation(x)

    return prepare


def add(t, layout):
    a, b = uniform(t["rows"], t["columns"]), uniform(t["rows"], t["columns"])
    return lambda: a + b


def layer_norm(t, layout):
    x, gamma, beta = uniform(t["rows"], t["columns"]), uniform(t["columns"]), uniform(t["columns"])
    return lambda: F.layer_norm(x, (t["columns"],), gamma, beta)


def focal_loss(t, layout):
    x = uniform(t["rows"], t["columns"])
    targets = torch.zeros_like(x)
    return lambda: torchvision.ops.sigmoid_focal_loss(x, targets, 0.25, 2)


def sgd(t, layout):
    value = uniform(t["rows"], t["columns"])
    value.grad = uniform(t["rows"], t["columns"])
    optimizer = torch.optim.SGD([value], lr=1e-6, momentum=0.9, weight_decay=1e-4)
    return optimizer.step


def image(t, layout, dtype=torch.float32):
    return uniform(1, t["in"], t["height"], t["width"], dtype=dtype).contiguous(memory_format=layout)


def with_backward(t, forward, leaves):
    """`forward` with gradients for `leaves` where the task asks for them, from an output gradient of random numbers."""
    if not t["backward"]:

        def run():
            with torch.no_grad():
                return forward()

        return run
    for leaf in leaves:
        leaf.requires_grad_(True)
    with torch.no_grad():
        y = forward()
    gradient = torch.empty_like(y).uniform_(-1, 1)
    return lambda: torch.autograd.grad(forward(), leaves, gradient)


def convolution(t, layout):
    x = image(t, layout, mode.dtype())
    w = uniform(t["out"], t["in"], t["kernel"], t["kernel"], dtype=mode.dtype()).contiguous(memory_format=layout)
    # The first layer's input is an image: nobody asks for its gradient.
    leaves = [x, w] if t["input_gradient"] else [w]
    return with_backward(t, lambda: F.conv2d(x, w, None, t["stride"], t["kernel"] // 2), leaves)


def max_pool(t, layout):
    x = image(t, layout)
    return with_backward(t, lambda: F.max_pool2d(x, t["kernel"], t["stride"], t["kernel"] // 2), [x])


def relu_map(t, layout):
    x = image(t, layout)
    return with_backward(t, lambda: F.relu(x), [x])


def residual(t, layout):
    x, y = image(t, layout), image(t, layout)
    return with_backward(t, lambda: F.relu(x + y), [x, y])


def frozen_norm(t, layout):
    x = image(t, layout)
    scale, shift = uniform(1, t["in"], 1, 1), uniform(1, t["in"], 1, 1)
    return with_backward(t, lambda: x * scale + shift, [x])


def upsample(t, layout):
    x = image(t, layout)
    return with_backward(t, lambda: F.interpolate(x, scale_factor=2, mode="nearest"), [x])


def inference(t, layout):
    import pytorch_retinanet

    return pytorch_retinanet.inference(t, layout)


def step(t, layout):
    import pytorch_icd

    return pytorch_icd.step(t, layout)


OPERATIONS = {
    "gemm": gemm,
    "softmax": matrix(lambda x: torch.softmax(x, 1)),
    "layer_norm": layer_norm,
    "add": add,
    "relu": matrix(torch.relu),
    "exp": matrix(torch.exp),
    "sigmoid": matrix(torch.sigmoid),
    "sum_all": matrix(torch.sum),
    "sum_pixels": matrix(lambda x: x.sum(0)),
    "permute": matrix(lambda x: x.t().contiguous()),
    "focal_loss": focal_loss,
    "sgd": sgd,
}
ON_IMAGES = {
    "convolution": convolution,
    "max_pool": max_pool,
    "relu_map": relu_map,
    "residual": residual,
    "frozen_norm": frozen_norm,
    "upsample": upsample,
    "inference": inference,
    "step": step,
}
LAYOUTS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def timed(call, repeats):
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    mode.synchronize()
    return time.perf_counter() - start


def warm_up(call):
    """Seconds of one call, in the last of the rounds, and the result of the first call."""
    start = time.perf_counter()
    first = call()
    mode.synchronize()
    calls, seconds = 1, time.perf_counter() - start
    for round in range(WARM_UPS):
        if round > 0:
            calls, seconds = 0, 0.0
        while seconds < WARM_UP_SECONDS:
            seconds += timed(call, 1)
            calls += 1
    return seconds / calls, first if isinstance(first, dict) else {}


def give_memory_back():
    """What is free goes back to the system, where the C library can do that."""
    gc.collect()
    if mode.device.type == "cuda":
        torch.cuda.empty_cache()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError):
        pass


def reset_peak():
    if mode.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(mode.device)
        return
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass  # Then the peak is the whole process's.


def peak_bytes():
    """Of the process; on a GPU, of its tensors there."""
    if mode.device.type == "cuda":
        return torch.cuda.max_memory_allocated(mode.device)
    try:
        with open("/proc/self/status") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None


def prepare(task):
    """The call, its seconds, its first result and the layout; None for work that is not known here."""
    kind = task["kind"]
    if kind in OPERATIONS:
        call = OPERATIONS[kind](task, None)
        return call, *warm_up(call), "dense"
    if kind not in ON_IMAGES:
        return None
    best = None
    for name, layout in LAYOUTS.items():
        if mode.device.type == "cuda" and name != "channels_last":
            continue
        torch.manual_seed(1)
        seconds, first = warm_up(ON_IMAGES[kind](task, layout))
        if best is None or seconds < best[0]:
            best = (seconds, first, name)
    # The peak of memory is that of the faster layout alone.
    give_memory_back()
    reset_peak()
    call = ON_IMAGES[kind](task, LAYOUTS[best[2]])
    call()
    return call, *best


def has_reference_blas():
    """Whether matrix products go to the plain Fortran BLAS, 20 times slower than an optimized one."""
    torch.ones(64, 64) @ torch.ones(64, 64)
    try:
        with open("/proc/self/maps") as file:
            paths = {line.split()[-1] for line in file if "blas" in line}
    except OSError:
        return False
    return any("/libblas" in path for path in paths) and not any(
        fast in path for path in paths for fast in ("openblas", "blis", "atlas")
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("threads", type=int)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="fp32", choices=("fp32", "tf32", "bf16"))
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    name = "pytorch " + torch.__version__
    if options.compile and not hasattr(torch, "compile"):
        say({"missing": "torch.compile: this is " + name})
        return
    try:
        mode.choose(options.device, options.precision, options.compile)
    except (AssertionError, RuntimeError) as error:
        say({"missing": f"{options.device}: {error}"})
        return
    if options.device == "cpu" and has_reference_blas():
        name += " (reference BLAS)"
        print(
            "retort: this PyTorch multiplies matrices by the reference BLAS, which is slow: install an optimized one"
            " (Debian and Ubuntu: apt-get install libopenblas0-pthread) before you compare",
            file=sys.stderr,
            flush=True,
        )
    say({"ready": name})
    prepared = None
    for line in sys.stdin:
        command = json.loads(line)
        try:
            if "prepare" in command:
                prepared = call = None
                give_memory_back()
                reset_peak()
                prepared = prepare(command)
                if prepared is None:
                    say({"prepared": False})
                else:
                    call, each, first, layout = prepared
                    repeats = max(1, math.ceil(ROUND_SECONDS / each))
                    say({"prepared": True, "layout": layout, "result": first})
            else:
                seconds = timed(call, repeats) / repeats
                say({"seconds": seconds, "peak_bytes": peak_bytes()})
        except Exception as error:
            say({"error": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    main()
