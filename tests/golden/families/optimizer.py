import torch

from golden import draw, Family


def build():
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
