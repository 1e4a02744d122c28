#!/usr/bin/env python3
"""Makes the golden vectors beside this file with PyTorch. The vectors are committed; this is how they came about.

    apt-get install python3-torch        # Debian 12: PyTorch 1.13
    /usr/bin/python3 tests/golden/make.py

README.md beside this file describes the format. Inputs are float64 tensors whose values a float32 holds exactly
(multiples of 1/64), and so are the attributes (but for PyTorch's defaults of optimizers): implementations in float32
and float64 start from the same numbers. Results are computed and stored in float64. Each case draws from its own
seeds, checksums of names: adding a case changes no other.
"""
import json
import os
import struct
import zlib

import torch
import torch.nn.functional as F

FOLDER = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)


class Family:
    """The cases of one file."""

    def __init__(self, name):
        self.name, self.cases, self.tensors = name, [], {}

    def record(self, name, operator, attributes, inputs, outputs, upstream=(), gradients=()):
        """Stores tensors that the caller has computed; each argument is a list of (role, tensor)."""
        assert all(case["name"] != name for case in self.cases), name
        case = {"name": name, "operator": operator, "attributes": attributes}
        for key, pairs in dict(inputs=inputs, outputs=outputs, upstream=upstream, gradients=gradients).items():
            case[key] = [role for role, _ in pairs]
            self.tensors.update((f"{name}/{role}", tensor.detach().contiguous()) for role, tensor in pairs)
        self.cases.append(case)

    def case(self, name, operator, attributes, inputs, compute):
        """Runs compute, which gives a tensor or a dict of tensors, on the inputs, and its gradient under a random upstream gradient.

        inputs maps roles to tensors; outputs without a gradient (indices, statistics) are stored like the others."""
        leaves = {role: t.clone().requires_grad_(t.is_floating_point()) for role, t in inputs.items()}
        result = compute(*leaves.values())
        outputs = result if isinstance(result, dict) else {"y": result}
        given = {role: draw(f"{name}/g_{role}", *y.shape) for role, y in outputs.items() if y.requires_grad}
        wanted = [role for role, leaf in leaves.items() if leaf.requires_grad]
        gradients = []
        if given:
            found = torch.autograd.grad([outputs[role] for role in given], [leaves[role] for role in wanted],
                                        list(given.values()), allow_unused=True)
            gradients = [(f"d_{role}", gradient) for role, gradient in zip(wanted, found) if gradient is not None]
        self.record(name, operator, attributes, list(inputs.items()), list(outputs.items()),
                    [(f"g_{role}", gradient) for role, gradient in given.items()], gradients)

    def write(self):
        """8 bytes header length, the JSON header, then the data in the order of the header, little-endian."""
        types = {torch.float64: ("F64", "<d"), torch.int64: ("I64", "<q")}
        header = {"__metadata__": {"cases": json.dumps(self.cases, separators=(",", ":")), "torch": torch.__version__}}
        data = bytearray()
        for name, tensor in self.tensors.items():
            kind, code = types[tensor.dtype]
            start = len(data)
            for value in tensor.flatten().tolist():
                data += struct.pack(code, value)
            header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [start, len(data)]}
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        path = os.path.join(FOLDER, f"{self.name}.safetensors")
        with open(path, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text + data)
        print(f"{self.name}: {len(self.cases)} cases, {os.path.getsize(path)} bytes")


def generator(name):
    return torch.Generator().manual_seed(zlib.crc32(name.encode()))


def draw(name, *shape):
    """Normal values rounded to odd multiples of 1/64: never 0, never on the kink of an activation."""
    values = torch.randn(shape, generator=generator(name), dtype=torch.float64)
    return ((values * 32).round().clamp(-96, 96) * 2 + 1) / 64


def positive(name, *shape):
    return draw(name, *shape).abs() + 0.25


def distinct(name, *shape):
    """Values that are all different, for maxima without ties."""
    count = torch.Size(shape).numel()
    return ((torch.randperm(count, generator=generator(name)) - count // 2).double() / 16).reshape(shape)


def indices(name, high, *shape):
    return torch.randint(high, shape, generator=generator(name))


def convolutions():
    family = Family("convolution")
    sizes = {1: (9,), 2: (6, 5), 3: (3, 4, 3)}
    conv = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
    transposed = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
    settings = [
        # name, kernel, stride, padding, dilation, groups, bias
        ("plain", 3, 1, 0, 1, 1, False),
        ("bias", 2, 1, 0, 1, 1, True),
        ("pointwise", 1, 1, 0, 1, 1, True),
        ("strided", 3, 2, 1, 1, 1, True),
        ("stride_over_kernel", 2, 3, 0, 1, 1, False),
        ("dilated", 2, 1, 1, 2, 1, True),
        ("grouped", 3, 1, 1, 1, 2, True),
        ("depthwise", 2, 2, 1, 1, 4, True),
    ]
    for rank in (1, 2, 3):
        for title, kernel, stride, padding, dilation, groups, bias in settings:
            name = f"conv{rank}d_{title}"
            arguments = dict(stride=[stride] * rank, padding=[padding] * rank, dilation=[dilation] * rank, groups=groups)
            inputs = {"x": draw(name + "/x", 2, 4, *sizes[rank]), "w": draw(name + "/w", 4, 4 // groups, *[kernel] * rank)}
            if bias:
                inputs["b"] = draw(name + "/b", 4)
            family.case(name, f"conv{rank}d", arguments, inputs,
                        lambda x, w, b=None: conv[rank](x, w, b, **arguments))

            name = f"conv_transpose{rank}d_{title}"
            extra = 1 if stride > 1 else 0
            arguments = dict(stride=[stride] * rank, padding=[padding] * rank, output_padding=[extra] * rank,
                             dilation=[dilation] * rank, groups=groups)
            small = [3, 2, 3][:rank]
            inputs = {"x": draw(name + "/x", 2, 4, *small), "w": draw(name + "/w", 4, 4 // groups, *[kernel] * rank)}
            if bias:
                inputs["b"] = draw(name + "/b", 4)
            family.case(name, f"conv_transpose{rank}d", arguments, inputs,
                        lambda x, w, b=None: transposed[rank](x, w, b, **arguments))

    # Axes that differ from each other.
    for name, attributes, kernel in [
        ("conv2d_uneven", dict(stride=[2, 1], padding=[0, 2], dilation=[1, 2], groups=1), (3, 2)),
        ("conv2d_wide", dict(stride=[1, 3], padding=[1, 0], dilation=[2, 1], groups=3), (2, 5)),
    ]:
        family.case(name, "conv2d", attributes,
                    {"x": draw(name + "/x", 1, 6, 8, 9), "w": draw(name + "/w", 3, 6 // attributes["groups"], *kernel)},
                    lambda x, w: F.conv2d(x, w, None, **attributes))
    return family


def pools():
    family = Family("pooling")
    sizes = {1: (9,), 2: (7, 8)}
    maximum, average = {1: F.max_pool1d, 2: F.max_pool2d}, {1: F.avg_pool1d, 2: F.avg_pool2d}
    for rank in (1, 2):
        for title, kernel, stride, padding, dilation in [
            ("plain", 2, 2, 0, 1), ("overlapping", 3, 2, 0, 1), ("padded", 3, 2, 1, 1), ("dilated", 2, 1, 1, 3), ("gaps", 2, 3, 0, 1),
        ]:
            name = f"max_pool{rank}d_{title}"
            attributes = dict(kernel_size=[kernel] * rank, stride=[stride] * rank, padding=[padding] * rank,
                              dilation=[dilation] * rank)
            family.case(name, f"max_pool{rank}d", attributes, {"x": distinct(name, 2, 3, *sizes[rank])},
                        lambda x: maximum[rank](x, **attributes))
        for title, kernel, stride, padding, include in [
            ("plain", 2, 2, 0, True), ("padded_counted", 3, 2, 1, True), ("padded_uncounted", 3, 2, 1, False), ("gaps", 2, 3, 0, True),
        ]:
            name = f"avg_pool{rank}d_{title}"
            attributes = dict(kernel_size=[kernel] * rank, stride=[stride] * rank, padding=[padding] * rank,
                              count_include_pad=include)
            family.case(name, f"avg_pool{rank}d", attributes, {"x": draw(name, 2, 3, *sizes[rank])},
                        lambda x: average[rank](x, **attributes))
    name, attributes = "max_pool2d_uneven", dict(kernel_size=[3, 2], stride=[1, 2], padding=[1, 0], dilation=[2, 1])
    family.case(name, "max_pool2d", attributes, {"x": distinct(name, 1, 2, 7, 8)}, lambda x: F.max_pool2d(x, **attributes))
    name, attributes = "avg_pool2d_uneven", dict(kernel_size=[3, 2], stride=[2, 1], padding=[1, 0], count_include_pad=False)
    family.case(name, "avg_pool2d", attributes, {"x": draw(name, 1, 2, 7, 8)}, lambda x: F.avg_pool2d(x, **attributes))
    return family


def normalizations():
    family = Family("normalization")
    for title, shape in [("1d", (6, 3)), ("2d", (3, 4, 3, 2)), ("length", (2, 3, 5))]:
        channels = shape[1]
        parameters = {"weight": draw(f"bn_{title}/w", channels), "bias": draw(f"bn_{title}/b", channels),
                      "running_mean": draw(f"bn_{title}/m", channels), "running_var": positive(f"bn_{title}/v", channels)}
        for training in (True, False):
            name = f"batch_norm_{title}_{'train' if training else 'eval'}"
            attributes = dict(training=training, momentum=0.125, eps=2**-10)

            def compute(x, weight, bias, running_mean, running_var):
                mean, var = running_mean.detach().clone(), running_var.detach().clone()
                y = F.batch_norm(x, mean, var, weight, bias, **attributes)
                return {"y": y, "new_running_mean": mean, "new_running_var": var} if training else y

            family.case(name, "batch_norm", attributes, {"x": draw(name, *shape), **parameters}, compute)
    for title, shape, normalized in [("last", (3, 5), (5,)), ("two_axes", (2, 3, 4), (3, 4))]:
        name = f"layer_norm_{title}"
        family.case(name, "layer_norm", dict(normalized_shape=list(normalized), eps=2**-17),
                    {"x": draw(name, *shape), "weight": draw(name + "/w", *normalized), "bias": draw(name + "/b", *normalized)},
                    lambda x, weight, bias: F.layer_norm(x, normalized, weight, bias, 2**-17))
    for title, groups in [("one", 1), ("two", 2), ("instance", 4)]:
        name = f"group_norm_{title}"
        family.case(name, "group_norm", dict(num_groups=groups, eps=2**-17),
                    {"x": draw(name, 2, 4, 3, 2), "weight": draw(name + "/w", 4), "bias": draw(name + "/b", 4)},
                    lambda x, weight, bias: F.group_norm(x, groups, weight, bias, 2**-17))
    return family


def products():
    family = Family("product")
    for title, bias, shape in [("plain", False, (4, 5)), ("bias", True, (4, 5)), ("leading_axes", True, (2, 3, 5))]:
        name = f"linear_{title}"
        inputs = {"x": draw(name, *shape), "w": draw(name + "/w", 3, 5)}
        if bias:
            inputs["b"] = draw(name + "/b", 3)
        family.case(name, "linear", {}, inputs, lambda x, w, b=None: F.linear(x, w, b))
    for title, a, b in [("plain", (3, 4), (4, 5)), ("batched", (2, 3, 4), (2, 4, 3)), ("broadcast", (2, 1, 3, 4), (3, 4, 2)),
                        ("shared_right", (3, 2, 4), (4, 2)), ("single_row", (1, 7), (7, 1))]:
        name = f"matmul_{title}"
        family.case(name, "matmul", {}, {"a": draw(name + "/a", *a), "b": draw(name + "/b", *b)}, torch.matmul)
    return family


def activations():
    family = Family("activation")
    rows = [
        ("relu", "relu", {}, F.relu),
        ("relu6", "relu6", {}, F.relu6),
        ("leaky_relu", "leaky_relu", dict(negative_slope=0.125), lambda x: F.leaky_relu(x, 0.125)),
        ("elu", "elu", dict(alpha=1.0), F.elu),
        ("elu_half", "elu", dict(alpha=0.5), lambda x: F.elu(x, 0.5)),
        ("selu", "selu", {}, F.selu),
        ("celu", "celu", dict(alpha=1.5), lambda x: F.celu(x, 1.5)),
        ("gelu", "gelu", dict(approximate="none"), F.gelu),
        ("gelu_tanh", "gelu", dict(approximate="tanh"), lambda x: F.gelu(x, approximate="tanh")),
        ("silu", "silu", {}, F.silu),
        ("hardswish", "hardswish", {}, F.hardswish),
        ("hardsigmoid", "hardsigmoid", {}, F.hardsigmoid),
        ("mish", "mish", {}, F.mish),
        ("sigmoid", "sigmoid", {}, torch.sigmoid),
        ("tanh", "tanh", {}, torch.tanh),
        ("hardtanh", "hardtanh", dict(min_val=-1.0, max_val=1.0), F.hardtanh),
        ("softplus", "softplus", {}, F.softplus),
        ("softsign", "softsign", {}, F.softsign),
    ]
    # Steps of 1/4 from -8 to 8, off the kinks, and a few far out where a careless formula overflows.
    far = torch.tensor([-50.0, -20.5, 20.5, 50.0], dtype=torch.float64)
    x = torch.cat([torch.arange(-32, 33).double() / 4 + 1 / 64, far])
    for name, operator, attributes, function in rows:
        family.case(name, operator, attributes, {"x": x}, function)
    for title, shape, axis in [("last", (3, 5), -1), ("channels", (2, 4, 3), 1)]:
        for operator, function in [("softmax", F.softmax), ("log_softmax", F.log_softmax)]:
            name = f"{operator}_{title}"
            family.case(name, operator, dict(dim=axis), {"x": draw(name, *shape) * 4}, lambda x: function(x, dim=axis))
    return family


def losses():
    family = Family("loss")
    for title, shape, smoothing, reduction in [
        ("plain", (5, 4), 0.0, "mean"), ("sum", (5, 4), 0.0, "sum"), ("each", (5, 4), 0.0, "none"), ("smoothed", (5, 4), 0.125, "mean"),
        ("pixels", (2, 3, 4, 2), 0.0, "mean"), ("pixels_smoothed", (2, 3, 4, 2), 0.25, "mean"),
    ]:
        name = f"cross_entropy_{title}"
        inputs = {"x": draw(name, *shape) * 2, "target": indices(name + "/t", shape[1], shape[0], *shape[2:])}
        family.case(name, "cross_entropy", dict(label_smoothing=smoothing, reduction=reduction), inputs,
                    lambda x, target: F.cross_entropy(x, target, reduction=reduction, label_smoothing=smoothing))
    for operator, function in [("mse_loss", F.mse_loss), ("l1_loss", F.l1_loss), ("huber_loss", F.huber_loss),
                               ("binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits)]:
        target = draw(operator + "/t", 3, 4)
        if operator.startswith("binary"):
            target = (target > 0).double()
        family.case(operator, operator, {}, {"x": draw(operator, 3, 4) * 2, "target": target},
                    lambda x, target: function(x, target.detach()))
    return family


def elementwise():
    family = Family("elementwise")
    for operator, function in [("add", torch.add), ("sub", torch.sub), ("mul", torch.mul), ("div", torch.div),
                               ("maximum", torch.maximum), ("minimum", torch.minimum)]:
        for title, a, b in [("equal", (3, 4), (3, 4)), ("row", (3, 4), (4,)), ("column", (3, 4), (3, 1)), ("both", (2, 1, 3), (4, 1))]:
            # No value of a equals one of b: odd against even multiples of 1/64.
            name = f"{operator}_{title}"
            family.case(name, operator, {}, {"a": draw(name + "/a", *a), "b": draw(name + "/b", *b) + 1 / 64}, function)
    family.case("pow", "pow", {}, {"a": positive("pow/a", 3, 4), "b": draw("pow/b", 3, 4)}, torch.pow)
    for operator, function in [("exp", torch.exp), ("neg", torch.neg), ("abs", torch.abs), ("square", torch.square), ("sin", torch.sin),
                               ("cos", torch.cos), ("erf", torch.erf), ("reciprocal", torch.reciprocal)]:
        family.case(operator, operator, {}, {"x": draw(operator, 3, 7)}, function)
    for operator, function in [("log", torch.log), ("sqrt", torch.sqrt), ("rsqrt", torch.rsqrt)]:
        family.case(operator, operator, {}, {"x": positive(operator, 3, 7)}, function)
    family.case("clamp", "clamp", dict(min=-0.5, max=0.75), {"x": draw("clamp", 3, 7)}, lambda x: torch.clamp(x, -0.5, 0.75))
    family.case("where", "where", {}, {"c": indices("where/c", 2, 3, 4), "a": draw("where/a", 3, 4), "b": draw("where/b", 4)},
                lambda c, a, b: torch.where(c.bool(), a, b))
    return family


def reductions():
    family = Family("reduction")
    for operator, function in [
        ("sum", torch.sum), ("mean", torch.mean), ("amax", torch.amax), ("amin", torch.amin), ("logsumexp", torch.logsumexp),
        ("var", lambda x, dim, keepdim: torch.var(x, dim=dim, keepdim=keepdim, unbiased=False)),
    ]:
        for title, axes, keep in [("last", [2], False), ("middle_kept", [1], True), ("outer", [0, 2], False), ("all", [0, 1, 2], False)]:
            name = f"{operator}_{title}"
            family.case(name, operator, dict(dim=axes, keepdim=keep), {"x": distinct(name, 2, 3, 4)},
                        lambda x: function(x, dim=axes, keepdim=keep))
    for title, axis in [("rows", 1), ("columns", 0)]:
        for operator, function in [("argmax", torch.argmax), ("argmin", torch.argmin)]:
            name = f"{operator}_{title}"
            family.case(name, operator, dict(dim=axis), {"x": distinct(name, 4, 5)}, lambda x: function(x, dim=axis))
    return family


def movements():
    family = Family("movement")
    for title, axis in [("rows", 0), ("columns", 1), ("inner", 2)]:
        name = f"gather_{title}"
        family.case(name, "gather", dict(dim=axis), {"x": draw(name, 4, 3, 5), "i": indices(name + "/i", (4, 3, 5)[axis], 6)},
                    lambda x, i: torch.index_select(x, axis, i))
    family.case("embedding", "embedding", {}, {"w": draw("embedding", 7, 3), "i": indices("embedding/i", 7, 2, 5)},
                lambda w, i: F.embedding(i, w))
    # PyTorch's order: the last axis first, each as (before, after).
    for title, pads, value in [("line", [1, 2], 0.5), ("plane", [2, 0, 1, 3], 0.0), ("crop", [-1, 2, 1, -1], -1.5), ("upper", [0, 0, 3, 1], 0.5)]:
        family.case(f"pad_{title}", "pad", dict(pad=pads, value=value), {"x": draw(f"pad_{title}", 2, 3, 4, 5)},
                    lambda x: F.pad(x, pads, "constant", value))
    for title, starts, stops, steps in [("front", [0, 1, 0], [2, 3, 5], [1, 1, 1]), ("strided", [0, 0, 1], [3, 4, 6], [2, 3, 2]),
                                        ("one", [1, 2, 3], [2, 3, 4], [1, 1, 1])]:
        family.case(f"slice_{title}", "slice", dict(starts=starts, stops=stops, steps=steps), {"x": draw(f"slice_{title}", 3, 4, 6)},
                    lambda x: x[tuple(slice(a, b, c) for a, b, c in zip(starts, stops, steps))])
    for title, axis, shapes in [("rows", 0, [(1, 3), (2, 3)]), ("channels", 1, [(2, 1, 3), (2, 2, 3), (2, 4, 3)])]:
        name = f"concat_{title}"
        family.case(name, "concat", dict(dim=axis), {f"x{i}": draw(f"{name}/{i}", *shape) for i, shape in enumerate(shapes)},
                    lambda *parts: torch.cat(parts, axis))
    for title, order in [("matrix", [1, 0]), ("channels_last", [0, 2, 3, 1]), ("reversed", [3, 2, 1, 0])]:
        name = f"transpose_{title}"
        family.case(name, "transpose", dict(dims=order), {"x": draw(name, *(2, 3, 4, 5)[:len(order)])}, lambda x: x.permute(order))
    family.case("reshape", "reshape", dict(shape=[4, 6]), {"x": draw("reshape", 2, 3, 4)}, lambda x: x.reshape(4, 6))
    family.case("expand", "expand", dict(shape=[3, 2, 4]), {"x": draw("expand", 2, 1)}, lambda x: x.expand(3, 2, 4))
    return family


def optimizers():
    family = Family("optimizer")
    classes = dict(sgd=torch.optim.SGD, adam=torch.optim.Adam, adamw=torch.optim.AdamW)
    for name, operator, settings in [
        ("sgd", "sgd", dict(lr=0.125)),
        ("sgd_decay", "sgd", dict(lr=0.125, weight_decay=0.0625)),
        ("sgd_momentum", "sgd", dict(lr=0.125, momentum=0.875)),
        ("sgd_nesterov", "sgd", dict(lr=0.125, momentum=0.875, nesterov=True, weight_decay=0.0625)),
        ("adam", "adam", dict(lr=0.0625)),
        ("adam_settings", "adam", dict(lr=0.0625, betas=(0.75, 0.9375), eps=2**-13, weight_decay=0.125)),
        ("adamw", "adamw", dict(lr=0.0625)),
        ("adamw_settings", "adamw", dict(lr=0.0625, betas=(0.75, 0.9375), eps=2**-13, weight_decay=0.125)),
    ]:
        start, gradients = draw(name, 3, 2), [draw(f"{name}/{step}", 3, 2) for step in range(5)]
        parameter = start.clone().requires_grad_()
        optimizer = classes[operator]([parameter], **settings)
        states = []
        for gradient in gradients:
            parameter.grad = gradient.clone()
            optimizer.step()
            states.append(parameter.detach().clone())
        # Defaults are part of the case: what PyTorch assumed is written out.
        used = {key: optimizer.defaults[key] for key in ("lr", "momentum", "nesterov", "weight_decay", "betas", "eps")
                if key in optimizer.defaults}
        family.record(name, operator, used, [("p", start)] + [(f"g{i + 1}", g) for i, g in enumerate(gradients)],
                      [(f"p{i + 1}", state) for i, state in enumerate(states)])
    for name, operator, attributes, make in [
        ("schedule_step", "schedule_step", dict(lr=0.5, step_size=3, gamma=0.25), lambda o: torch.optim.lr_scheduler.StepLR(o, 3, 0.25)),
        ("schedule_cosine", "schedule_cosine", dict(lr=0.5, t_max=10, eta_min=0.0),
         lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 10)),
        ("schedule_cosine_floor", "schedule_cosine", dict(lr=0.5, t_max=8, eta_min=0.125),
         lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 8, 0.125)),
    ]:
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=attributes["lr"])
        schedule, rates = make(optimizer), []
        for _ in range(attributes.get("t_max", 10)):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
        family.record(name, operator, attributes, [], [("lr", torch.tensor(rates, dtype=torch.float64))])
    return family


def networks():
    """A small network with everything in it, trained for five steps: the losses, and the parameters at the end."""
    family = Family("network")
    for name, make, settings in [
        ("sgd", torch.optim.SGD, dict(lr=0.0625, momentum=0.875, nesterov=False, weight_decay=0.0)),
        ("adamw", torch.optim.AdamW, dict(lr=0.03125, betas=(0.875, 0.96875), eps=2**-20, weight_decay=0.0625)),
    ]:
        # No bias before the batch norm: its gradient is rounding noise, which Adam would blow up to whole steps.
        start = {
            "conv.weight": draw(name + "/cw", 4, 2, 3, 3) / 4,
            "norm.weight": positive(name + "/nw", 4), "norm.bias": draw(name + "/nb", 4),
            "head.weight": draw(name + "/hw", 3, 36) / 4, "head.bias": draw(name + "/hb", 3),
        }
        p = {key: value.clone().requires_grad_() for key, value in start.items()}
        mean, var = torch.zeros(4, dtype=torch.float64), torch.ones(4, dtype=torch.float64)
        x, target = draw(name + "/x", 5, 6, 2, 6, 6), indices(name + "/t", 3, 5, 6)
        optimizer, found = make(list(p.values()), **settings), []
        for step in range(5):
            y = F.conv2d(x[step], p["conv.weight"], padding=1)
            y = F.relu(F.batch_norm(y, mean, var, p["norm.weight"], p["norm.bias"], True, 0.125, 2**-10))
            y = F.linear(F.max_pool2d(y, 2).flatten(1), p["head.weight"], p["head.bias"])
            loss = F.cross_entropy(y, target[step])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            found.append(loss.detach())
        family.record(f"network_{name}", "network", dict(optimizer=name, bn_momentum=0.125, bn_eps=2**-10, **settings),
                      [("x", x), ("target", target), *start.items()],
                      [("losses", torch.stack(found)), ("running_mean", mean), ("running_var", var)]
                      + [(f"end.{key}", value) for key, value in p.items()])
    return family


if __name__ == "__main__":
    for build in (convolutions, pools, normalizations, products, activations, losses, elementwise, reductions, movements, optimizers,
                  networks):
        build().write()
