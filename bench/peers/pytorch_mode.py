"""How the peer computes: on which device, in which precision, compiled or not. Set once, before anything is made."""

import contextlib

import torch

device = torch.device("cpu")
precision = "fp32"
compiled = False


def choose(name, kind, is_compiled):
    """`fp32` multiplies float32 as it is, `tf32` lets products round to TF32, `bf16` casts as autocast does."""
    global device, precision, compiled
    device, precision, compiled = torch.device(name), kind, is_compiled
    if device.type == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = kind == "tf32"
        torch.backends.cudnn.allow_tf32 = kind == "tf32"
        torch.backends.cudnn.benchmark = True
        torch.zeros(1, device=device)  # Fails here, and with the driver's words, where there is no such device.


def dtype():
    """Of the operands of single products."""
    return torch.bfloat16 if precision == "bf16" else torch.float32


def autocast():
    """Around the forward pass of a network."""
    if precision == "bf16":
        return torch.autocast(device.type, dtype=torch.bfloat16)
    return contextlib.nullcontext()


def maybe_compiled(module):
    return torch.compile(module) if compiled else module


def synchronize():
    """Waits for the device: a GPU computes while Python goes on."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
