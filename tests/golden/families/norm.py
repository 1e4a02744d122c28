import torch
import torch.nn.functional as F

from golden import draw, Family, positive


def build():
    family = Family("norm")
    for title, shape, groups in [("line", (2, 6, 5), 3), ("plane", (3, 4, 3, 2), 2), ("volume", (1, 4, 2, 3, 2), 4), ("flat", (3, 6), 2),
                                 ("wide", (1, 34, 2, 2), 17)]:
        name = f"group_norm_{title}"
        channels = shape[1]
        family.case(name, "group_norm", dict(num_groups=groups, eps=2**-10),
                    {"x": draw(name, *shape), "weight": draw(name + "/w", channels), "bias": draw(name + "/b", channels)},
                    lambda x, weight, bias: F.group_norm(x, groups, weight, bias, 2**-10))
    for title, shape in [("1d", (2, 3, 5)), ("2d", (3, 4, 3, 2)), ("3d", (1, 2, 2, 3, 2))]:
        channels = shape[1]
        parameters = {"weight": draw(f"instance_norm_{title}/w", channels), "bias": draw(f"instance_norm_{title}/b", channels)}
        name = f"instance_norm_{title}"
        family.case(name, "instance_norm", dict(eps=2**-10), {"x": draw(name, *shape), **parameters},
                    lambda x, weight, bias: F.instance_norm(x, None, None, weight, bias, True, 0.125, 2**-10))
        # What the layer does with running statistics, in training and in inference.
        running = {"running_mean": draw(f"{name}/m", channels), "running_var": positive(f"{name}/v", channels)}
        for training in (True, False):
            name = f"instance_norm_{title}_{'train' if training else 'eval'}"

            def compute(x, weight, bias, running_mean, running_var):
                mean, var = running_mean.detach().clone(), running_var.detach().clone()
                y = F.instance_norm(x, mean, var, weight, bias, training, 0.125, 2**-10)
                return {"y": y, "new_running_mean": mean, "new_running_var": var}

            family.case(name, "instance_norm_layer", dict(training=training, momentum=0.125, eps=2**-10),
                        {"x": draw(name, *shape), **parameters, **running}, compute)
    for title, shape, normalized in [("short", (4, 1), (1,)), ("long", (2, 37), (37,)), ("image", (2, 3, 4, 2), (3, 4, 2))]:
        name = f"layer_norm_{title}"
        family.case(name, "layer_norm", dict(normalized_shape=list(normalized), eps=2**-10),
                    {"x": draw(name, *shape), "weight": draw(name + "/w", *normalized), "bias": draw(name + "/b", *normalized)},
                    lambda x, weight, bias: F.layer_norm(x, normalized, weight, bias, 2**-10))
        # PyTorch 1.13 has no function for it: the formula, differentiated by PyTorch.
        name = f"rms_norm_{title}"
        axes = tuple(range(-len(normalized), 0))
        family.case(name, "rms_norm", dict(normalized_shape=list(normalized), eps=2**-10),
                    {"x": draw(name, *shape), "weight": draw(name + "/w", *normalized)},
                    lambda x, weight: x * torch.rsqrt(x.square().mean(axes, keepdim=True) + 2**-10) * weight)
    for title, shape, size, alpha, beta, k in [
        ("alexnet", (2, 7, 3, 2), 5, 2**-4, 0.75, 2.0), ("even", (2, 5, 3), 4, 0.5, 0.5, 1.0), ("one", (1, 3, 2, 2), 1, 1.0, 1.0, 0.5),
        ("wide", (1, 3, 2, 2, 2), 7, 0.25, 1.25, 1.0), ("defaults", (1, 18, 2), 3, 2**-13, 0.75, 1.0),
    ]:
        name = f"local_response_norm_{title}"
        attributes = dict(size=size, alpha=alpha, beta=beta, k=k)
        family.case(name, "local_response_norm", attributes, {"x": draw(name, *shape)}, lambda x: F.local_response_norm(x, **attributes))
    for title, shape, axis in [("rows", (3, 4), 0), ("filters", (2, 3, 2, 2), 0), ("columns", (3, 4), 1)]:
        name = f"weight_norm_{title}"
        sizes = [shape[i] if i == axis else 1 for i in range(len(shape))]
        family.case(name, "weight_norm", dict(dim=axis), {"v": draw(name, *shape), "g": draw(name + "/g", *sizes)},
                    lambda v, g: torch._weight_norm(v, g, axis))
    return family
