"""RetinaNet in PyTorch by detectron2's conventions: the network, its inference, and what its training needs.

Weights and the image come from safetensors files that Retort writes, so that both sides compute the same numbers.
"""

import json
import math
import struct

import pytorch_mode as mode
import torch
import torch.nn.functional as F
from torch import nn
from torchvision.ops import batched_nms

BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
STRIDES = (8, 16, 32, 64, 128)
SIZES = (32, 64, 128, 256, 512)
RATIOS = (0.5, 1.0, 2.0)
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
LARGEST_SCALE = math.log(1000 / 16)


def read_safetensors(path):
    """Tensors by name: 8 bytes length, a JSON header, the data."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        count = (end - start) // 4
        values = torch.frombuffer(data, dtype=torch.float32, count=count, offset=start).reshape(entry["shape"])
        tensors[name] = values.to(mode.device)
    return tensors


class FrozenNorm(nn.Module):
    """Batch norm with constants."""

    def __init__(self, channels):
        super().__init__()
        for name, value in (("weight", 1.0), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)):
            self.register_buffer(name, torch.full((channels,), value))

    def forward(self, x):
        if not torch.is_grad_enabled():
            return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, False, eps=1e-5)
        scale = self.weight * (self.running_var + 1e-5).rsqrt()
        shift = self.bias - self.running_mean * scale
        # In the activations' own type: autocast would leave float32 behind otherwise.
        return x * scale.reshape(1, -1, 1, 1).to(x.dtype) + shift.reshape(1, -1, 1, 1).to(x.dtype)


class Conv(nn.Conv2d):
    """Convolution, then bias or norm, then ReLU if asked."""

    def __init__(self, inputs, outputs, kernel, stride=1, norm=False, relu=False):
        super().__init__(inputs, outputs, kernel, stride, kernel // 2, bias=not norm)
        if norm:
            self.norm = FrozenNorm(outputs)
        self.has_norm = norm
        self.relu = relu

    def forward(self, x):
        x = super().forward(x)
        if self.has_norm:
            x = self.norm(x)
        return F.relu_(x) if self.relu else x


class Block(nn.Module):
    """A residual block; a bottleneck's stride sits in its first 1x1."""

    def __init__(self, inputs, outputs, stride, bottleneck):
        super().__init__()
        if bottleneck:
            middle = outputs // 4
            self.conv1 = Conv(inputs, middle, 1, stride, norm=True, relu=True)
            self.conv2 = Conv(middle, middle, 3, norm=True, relu=True)
            self.conv3 = Conv(middle, outputs, 1, norm=True)
        else:
            self.conv1 = Conv(inputs, outputs, 3, stride, norm=True, relu=True)
            self.conv2 = Conv(outputs, outputs, 3, norm=True)
        self.bottleneck = bottleneck
        changes = inputs != outputs or stride != 1
        self.shortcut = Conv(inputs, outputs, 1, stride, norm=True) if changes else None

    def forward(self, x):
        y = self.conv2(self.conv1(x))
        if self.bottleneck:
            y = self.conv3(y)
        y += x if self.shortcut is None else self.shortcut(x)
        return F.relu_(y)


class ResNet(nn.Module):
    def __init__(self, depth, width):
        super().__init__()
        bottleneck = depth >= 50
        self.stem = nn.Module()
        self.stem.conv1 = Conv(3, width, 7, 2, norm=True, relu=True)
        inputs = width
        for stage, blocks in enumerate(BLOCKS[depth], 2):
            outputs = (4 * width if bottleneck else width) << (stage - 2)
            layers = []
            for i in range(blocks):
                layers.append(Block(inputs, outputs, 2 if i == 0 and stage > 2 else 1, bottleneck))
                inputs = outputs
            self.add_module(f"res{stage}", nn.Sequential(*layers))

    def freeze(self):
        """The stem and res2 are not trained."""
        for part in (self.stem, self.res2):
            part.requires_grad_(False)

    def forward(self, x):
        x = self.res2(F.max_pool2d(self.stem.conv1(x), 3, 2, 1))
        res3 = self.res3(x)
        res4 = self.res4(res3)
        return res3, res4, self.res5(res4)


class Backbone(nn.Module):
    """ResNet and feature pyramid: the levels p3 to p7."""

    def __init__(self, depth, width, channels):
        super().__init__()
        self.bottom_up = ResNet(depth, width)
        last = (4 * width if depth >= 50 else width) << 3
        for level, inputs in ((3, last // 4), (4, last // 2), (5, last)):
            self.add_module(f"fpn_lateral{level}", Conv(inputs, channels, 1))
            self.add_module(f"fpn_output{level}", Conv(channels, channels, 3))
        self.top_block = nn.Module()
        self.top_block.p6 = Conv(last, channels, 3, 2)
        self.top_block.p7 = Conv(channels, channels, 3, 2)

    def forward(self, x):
        res3, res4, res5 = self.bottom_up(x)
        top5 = self.fpn_lateral5(res5)
        top4 = self.fpn_lateral4(res4) + F.interpolate(top5, scale_factor=2.0, mode="nearest")
        top3 = self.fpn_lateral3(res3) + F.interpolate(top4, scale_factor=2.0, mode="nearest")
        p6 = self.top_block.p6(res5)
        p7 = self.top_block.p7(F.relu(p6))
        return [self.fpn_output3(top3), self.fpn_output4(top4), self.fpn_output5(top5), p6, p7]


class Head(nn.Module):
    def __init__(self, channels, convolutions, anchors, classes):
        super().__init__()
        self.classes = classes

        def tower():
            layers = []
            for _ in range(convolutions):
                layers += [Conv(channels, channels, 3), nn.ReLU(inplace=True)]
            return nn.Sequential(*layers)

        self.cls_subnet, self.bbox_subnet = tower(), tower()
        self.cls_score = Conv(channels, anchors * classes, 3)
        self.bbox_pred = Conv(channels, anchors * 4, 3)

    @staticmethod
    def by_anchor(x, numbers):
        """[N, A*K, H, W] to [N, H*W*A, K]."""
        n, _, h, w = x.shape
        return x.reshape(n, -1, numbers, h, w).permute(0, 3, 4, 1, 2).reshape(n, -1, numbers)

    def forward(self, levels):
        logits = [self.by_anchor(self.cls_score(self.cls_subnet(x)), self.classes) for x in levels]
        deltas = [self.by_anchor(self.bbox_pred(self.bbox_subnet(x)), 4) for x in levels]
        return logits, deltas


class RetinaNet(nn.Module):
    def __init__(self, depth, task):
        super().__init__()
        self.backbone = Backbone(depth, task["stem"], task["channels"])
        self.head = Head(task["channels"], task["convolutions"], 9, task["classes"])

    def load(self, path, layout):
        """Weights that Retort wrote: its convolutions are OHWI."""
        state = {
            name.removeprefix("model."): tensor.permute(0, 3, 1, 2) if tensor.dim() == 4 else tensor
            for name, tensor in read_safetensors(path).items()
        }
        self.load_state_dict(state)
        return self.to(mode.device).to(memory_format=layout)


def anchors(levels):
    """Anchors of each level, [H*W*A, 4] XYXY: for each size, each ratio, around (x*stride, y*stride)."""
    result = []
    for level, stride, size in zip(levels, STRIDES, SIZES):
        cell = []
        for octave in range(3):
            area = (size * 2 ** (octave / 3)) ** 2
            for ratio in RATIOS:
                w = math.sqrt(area / ratio)
                h = ratio * w
                cell.append((-w / 2, -h / 2, w / 2, h / 2))
        y = torch.arange(level.shape[2], dtype=torch.float32, device=mode.device) * stride
        x = torch.arange(level.shape[3], dtype=torch.float32, device=mode.device) * stride
        y, x = torch.meshgrid(y, x, indexing="ij")
        places = torch.stack((x, y, x, y), -1).reshape(-1, 1, 4)
        result.append((places + torch.tensor(cell, device=mode.device)).reshape(-1, 4))
    return result


def decode(boxes, deltas):
    w, h = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    x = boxes[:, 0] + w / 2 + deltas[:, 0] * w
    y = boxes[:, 1] + h / 2 + deltas[:, 1] * h
    w = w * deltas[:, 2].clamp(max=LARGEST_SCALE).exp() / 2
    h = h * deltas[:, 3].clamp(max=LARGEST_SCALE).exp() / 2
    return torch.stack((x - w, y - h, x + w, y + h), -1)


def encode(boxes, targets):
    w, h = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    tw, th = targets[:, 2] - targets[:, 0], targets[:, 3] - targets[:, 1]
    dx = ((targets[:, 0] + targets[:, 2]) - (boxes[:, 0] + boxes[:, 2])) / 2 / w
    dy = ((targets[:, 1] + targets[:, 3]) - (boxes[:, 1] + boxes[:, 3])) / 2 / h
    return torch.stack((dx, dy, torch.log(tw / w), torch.log(th / h)), -1)


def normalized(images, layout):
    """[N, H, W, 3] bytes to [N, 3, H, W] numbers."""
    mean, std = (torch.tensor(values, device=mode.device).reshape(1, 3, 1, 1) for values in (MEAN, STD))
    x = (images.permute(0, 3, 1, 2).float().div(255) - mean) / std
    return x.contiguous(memory_format=layout)


def images(task, scene):
    """The scene's image, as often as a batch has images: [N, H, W, 3] bytes."""
    return scene["image"].to(torch.uint8).unsqueeze(0).repeat(task.get("batch", 1), 1, 1, 1)


def detections(logits, deltas, boxes, height, width):
    """Of one image: per level the best 1000 above 0.05, then NMS by class over all levels and the best 100: boxes, scores, classes."""
    kept_boxes, kept_scores, kept_classes = [], [], []
    for level_logits, level_deltas, level_boxes in zip(logits, deltas, boxes):
        classes = level_logits.shape[1]
        scores = level_logits.float().flatten().sigmoid_()
        candidates = torch.nonzero(scores > 0.05).squeeze(1)
        scores, order = scores[candidates].topk(min(1000, candidates.numel()))
        candidates = candidates[order]
        anchor = torch.div(candidates, classes, rounding_mode="floor")
        kept_boxes.append(decode(level_boxes[anchor], level_deltas[anchor].float()))
        kept_scores.append(scores)
        kept_classes.append(candidates % classes)
    found, scores, classes = torch.cat(kept_boxes), torch.cat(kept_scores), torch.cat(kept_classes)
    keep = batched_nms(found, scores, classes, 0.5)[:100]
    found = found[keep]
    found[:, 0::2].clamp_(0, width)
    found[:, 1::2].clamp_(0, height)
    return found, scores[keep], classes[keep]


def inference(task, layout):
    network = RetinaNet(task["student"], task).eval().load(task["student_weights"], layout)
    batch = images(task, read_safetensors(task["scene"]))
    backbone, head = mode.maybe_compiled(network.backbone), mode.maybe_compiled(network.head)
    # Compilers do not take tensors of the inference mode.
    without_gradients = torch.no_grad if mode.compiled else torch.inference_mode

    def run():
        with without_gradients():
            with mode.autocast():
                levels = backbone(normalized(batch, layout))
                logits, deltas = head(levels)
            places = anchors(levels)
            found = [
                detections([x[n] for x in logits], [x[n] for x in deltas], places, *batch.shape[1:3])
                for n in range(len(batch))
            ]
            boxes, scores, _ = found[0]
            return {"count": len(boxes), "boxes": boxes.sum().item(), "scores": scores.sum().item()}

    return run
