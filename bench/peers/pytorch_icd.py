"""One step of instance-conditional distillation (arXiv 2110.12724) in PyTorch, with everything that a step does: targets,
the teacher's pyramid without gradients, the student, all losses, backward, clipping, both optimizers."""

import math

import pytorch_mode as mode
import torch
import torch.nn.functional as F
from pytorch_retinanet import RetinaNet, anchors, encode, normalized, images, read_safetensors
from torch import nn
from torchvision.ops import box_iou, sigmoid_focal_loss

HEADS = 8
CENTER_FEATURES = 128
SCALES = 5
JITTER = 0.3
SAMPLED_PER_BOX = 5
WEIGHT = 8.0


def labels(all_anchors, boxes, classes, background):
    """Class of every anchor (background, or -1 where it is ignored) and the box that it belongs to."""
    iou = box_iou(boxes, all_anchors)
    best, matched = iou.max(0)
    result = torch.full_like(matched, -1)
    result[best < 0.4] = background
    foreground = best >= 0.5
    # Every box's best anchors are foreground, whatever their overlap.
    foreground[(iou == iou.max(1, keepdim=True).values).any(0)] = True
    result[foreground] = classes[matched[foreground]]
    return result, matched


def detector_losses(logits, deltas, all_anchors, boxes, classes, normalizer):
    """Of a batch whose images all have the same boxes."""
    logits, deltas = torch.cat(logits, 1).float(), torch.cat(deltas, 1).float()
    count, background = len(logits), logits.shape[2]
    # Every image is matched for itself, as if the boxes were its own.
    label, matched = (torch.cat(parts) for parts in zip(*(
        labels(all_anchors, boxes, classes, background) for _ in range(count)
    )))
    logits, deltas, all_anchors = logits.flatten(0, 1), deltas.flatten(0, 1), all_anchors.repeat(count, 1)
    foreground = (label >= 0) & (label < background)
    normalizer.update(int(foreground.sum()))
    valid = label >= 0
    wanted = F.one_hot(label[valid], background + 1)[:, :-1].to(logits.dtype)
    classification = sigmoid_focal_loss(logits[valid], wanted, 0.25, 2.0, "sum")
    target = encode(all_anchors[foreground], boxes[matched[foreground]])
    box = (deltas[foreground] - target).abs().sum()
    return {"classification": classification / normalizer.value, "box": box / normalizer.value}


class Normalizer:
    """A moving average of the number of foreground anchors."""

    value = 100.0

    def update(self, foreground):
        self.value = 0.9 * self.value + 0.1 * max(foreground, 1)


def sine(x, features=CENTER_FEATURES):
    """The sines, then the cosines, of positions [...]: [..., features]."""
    place = torch.arange(features // 2, dtype=torch.float32, device=x.device)
    angle = x.unsqueeze(-1) * 2 * math.pi / 10000 ** (2 * place / features)
    return torch.cat((angle.sin(), angle.cos()), -1)


def draw(real, numbers, where):
    """Classes [S] and boxes [S, 4] of sampled instances, and numbers in [0, 1) for all of them and the real ones [K, 2]."""
    sampled = SAMPLED_PER_BOX * real
    extent = (0.2 + 0.2 * torch.randn(sampled, 2, device=where).clamp(-2, 2)).clamp(2e-3, 0.7)
    center = torch.rand(sampled, 2, device=where).clamp(0.03, 0.97)
    kind = torch.randint(numbers, (sampled,), device=where)
    return kind, torch.cat((center - extent / 2, center + extent / 2), 1), torch.rand(real + sampled, 2, device=where)


def descriptors(boxes, classes, drawn, numbers, height, width):
    """Descriptors [K, D] of real and sampled instances, which of them are real, and the edges' distances [K, 4]."""
    where = boxes.device
    fake_classes, fake_boxes, jitter = drawn
    size = torch.tensor((width, height), dtype=torch.float32, device=where)
    box = torch.cat((boxes / size.repeat(2), fake_boxes.clamp(0, 1)))
    kind = torch.cat((classes, fake_classes))
    real = torch.arange(len(box), device=where) < len(boxes)
    extent = box[:, 2:] - box[:, :2]
    jittered = (box[:, :2] + box[:, 2:]) / 2 + (jitter - 0.5) * 2 * JITTER * extent
    scale = (1.44 * torch.log((extent * size).clamp(min=1)) - 5).clamp(0, SCALES - 1).long()
    parts = (
        F.one_hot(kind, numbers).float(),
        sine(jittered).flatten(1),
        F.one_hot(scale, SCALES).float().flatten(1),
    )
    offsets = torch.cat((jittered - box[:, :2], box[:, 2:] - jittered), 1)
    return torch.cat(parts, 1), real, offsets


def positions(padding, channels):
    """DETR's sine embedding of the valid cells of a level, [N, H*W, C]."""
    features = channels // 2
    place = torch.arange(features, device=padding.device)
    period = 10000 ** (2 * torch.div(place, 2, rounding_mode="floor") / features)
    parts = []
    for axis in (1, 2):
        count = (~padding).float().cumsum(axis)
        line = count / (count.narrow(axis, count.shape[axis] - 1, 1) + 1e-6) * 2 * math.pi
        angle = line.unsqueeze(-1) / period
        parts.append(torch.stack((angle[..., 0::2].sin(), angle[..., 1::2].cos()), -1).flatten(3))
    return torch.cat(parts, -1).flatten(1, 2)


def pyramid_context(levels, height, width):
    """Padding [N, S] and positions [N, S, C] of a pyramid whose image fills it."""
    padding, places = [], []
    for level in levels:
        n, channels, h, w = level.shape
        stride = (height / h + width / w) / 2
        mask = torch.ones(n, h, w, dtype=torch.bool, device=level.device)
        mask[:, : math.ceil(height / stride), : math.ceil(width / stride)] = False
        padding.append(mask.flatten(1))
        places.append(positions(mask, channels))
    return torch.cat(padding, 1), torch.cat(places, 1)


def flatten(levels):
    """[N, C, H, W] a level to [N, S, C]."""
    return torch.cat([level.flatten(2).transpose(1, 2) for level in levels], 1)


def mlp(*widths):
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def by_head(x):
    """[N, L, C] to [N, h, L, d]."""
    n, length, channels = x.shape
    return x.reshape(n, length, HEADS, channels // HEADS).transpose(1, 2)


class Distillation(nn.Module):
    """Encoder, decoder layer, auxiliary task and the student's projection."""

    def __init__(self, classes, channels):
        super().__init__()
        self.channels = channels
        self.encoder = mlp(classes + 2 * CENTER_FEATURES + 2 * SCALES, channels, channels, channels)
        self.position_projector = nn.Linear(channels, channels)
        self.query, self.key, self.value, self.out = (nn.Linear(channels, channels) for _ in range(4))
        self.wide, self.narrow = nn.Linear(channels, 4 * channels), nn.Linear(4 * channels, channels)
        self.norm1, self.norm2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.predictor = mlp(channels, channels, channels, 5)
        self.student_value = nn.Linear(channels, channels)

    def load(self, tensors):
        """Takes the weights that Retort has written, under the names of the released code."""
        layer = "teacher.attention_module.matt.0."
        names = {
            layer + "pos_projector": self.position_projector,
            layer + "matt.out_proj": self.out,
            layer + "linear_in": self.wide,
            layer + "linear_out": self.narrow,
            layer + "norm1": self.norm1,
            layer + "norm2": self.norm2,
            "student.matt.0.value": self.student_value,
        }
        for place in range(3):
            # Every other one is a ReLU.
            names[f"teacher.ins_encoder.encoder.layers.{place}"] = self.encoder[2 * place]
            names[f"teacher.ins_encoder.predictor.layers.{place}"] = self.predictor[2 * place]
        with torch.no_grad():
            for name, module in names.items():
                module.weight.copy_(tensors[name + ".weight"])
                module.bias.copy_(tensors[name + ".bias"])
            joint = tensors[layer + "matt.in_proj_weight"].chunk(3), tensors[layer + "matt.in_proj_bias"].chunk(3)
            for module, weight, bias in zip((self.query, self.key, self.value), *joint):
                module.weight.copy_(weight)
                module.bias.copy_(bias)

    def decode(self, queries, features, padding, places):
        """The layer's queries, the attention's weights [N, h, K, S] and the projected values [N, S, C]."""
        q = by_head(self.query(queries) * (self.channels // HEADS) ** -0.5)
        k = by_head(self.key(features + self.position_projector(places)))
        values = self.value(features)
        logits = (q @ k.transpose(2, 3)).masked_fill_(padding[:, None, None], -math.inf)
        weights = logits.softmax(-1)
        mixed = self.out((weights @ by_head(values)).transpose(1, 2).flatten(2))
        hidden = self.norm1(queries + mixed)
        return self.norm2(hidden + self.narrow(F.relu(self.wide(hidden)))), weights, values

    def auxiliary(self, queries, real, offsets):
        prediction = self.predictor(queries)
        identification = F.binary_cross_entropy_with_logits(prediction[..., 0], real.float())
        extent = (offsets + offsets.roll(2, -1)).clamp(min=1e-7)
        distance = ((prediction[..., 1:].sigmoid() - offsets).abs() / extent).sum(-1)
        localization = (distance * real).sum() / real.sum().clamp(min=1e-6)
        return {"identification": identification, "localization": localization}

    def distil(self, student, values, weights, real):
        width = self.channels // HEADS
        theirs = by_head(values.detach())
        mine = by_head(self.student_value(student))
        error = (F.layer_norm(mine, (width,)) - F.layer_norm(theirs, (width,))).square().mean(-1)
        place = (weights.detach() * real[:, None, :, None]).sum(2)
        loss = (error * place).sum(-1) / place.sum(-1).clamp(min=1e-6)
        return {"distillation": WEIGHT * loss.mean()}

    def forward(self, student, teacher, boxes, classes, given, numbers, height, width):
        """`given` has the draws of each image, or is None."""
        drawn = given or [draw(len(boxes), numbers, boxes.device) for _ in range(len(student[0]))]
        described, real, offsets = (
            torch.stack(parts)
            for parts in zip(*(descriptors(boxes, classes, each, numbers, height, width) for each in drawn))
        )
        padding, places = pyramid_context(teacher, height, width)
        queries, weights, values = self.decode(self.encoder(described), flatten(teacher), padding, places)
        return {
            **self.auxiliary(queries, real, offsets),
            **self.distil(flatten(student), values, weights, real),
        }


def step(task, layout):
    scene = read_safetensors(task["scene"])
    batch = images(task, scene)
    boxes, classes = scene["boxes"], scene["classes"].long()
    height, width = batch.shape[1:3]
    student = RetinaNet(task["student"], task).load(task["student_weights"], layout)
    student.backbone.bottom_up.freeze()
    teacher = RetinaNet(task["teacher"], task).load(task["teacher_weights"], layout).eval().requires_grad_(False)
    distillation = Distillation(task["classes"], task["channels"]).to(mode.device)
    given = None
    if "icd" in task:
        # Weights and draws of the other side, so that every term can be compared.
        icd = read_safetensors(task["icd"])
        distillation.load(icd)
        given = [
            (kinds.long()[len(boxes) :], fakes[len(boxes) :], jitter)
            for kinds, fakes, jitter in zip(icd["draws.classes"], icd["draws.boxes"], icd["draws.jitter"])
        ]
    trained = [p for p in student.parameters() if p.requires_grad]
    sgd = torch.optim.SGD(trained, lr=1e-5, momentum=0.9, weight_decay=1e-4)
    adamw = torch.optim.AdamW(distillation.parameters(), lr=1e-4, weight_decay=1e-4)
    normalizer = Normalizer()
    teacher_backbone = mode.maybe_compiled(teacher.backbone)
    backbone, head = mode.maybe_compiled(student.backbone), mode.maybe_compiled(student.head)

    def run():
        x = normalized(batch, layout)
        with mode.autocast():
            with torch.no_grad():
                teacher_levels = teacher_backbone(x)
            levels = backbone(x)
            logits, deltas = head(levels)
            losses = distillation(levels, teacher_levels, boxes, classes, given, task["classes"], height, width)
        losses |= detector_losses(logits, deltas, torch.cat(anchors(levels)), boxes, classes, normalizer)
        # One wait for the device, not one a term.
        values = dict(zip(losses, torch.stack([loss.float() for loss in losses.values()]).tolist()))
        if not all(map(math.isfinite, values.values())):
            raise ValueError(f"a loss is not finite: {values}")
        sgd.zero_grad(set_to_none=True)
        adamw.zero_grad(set_to_none=True)
        sum(losses.values()).backward()
        nn.utils.clip_grad_value_(trained, 1.0)
        nn.utils.clip_grad_norm_(distillation.parameters(), 0.01)
        sgd.step()
        adamw.step()
        return values

    return run
