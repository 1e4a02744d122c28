import torch.nn.functional as F

from golden import draw, Family, positive


def build():
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
