import torch

from golden import draw, Family


def build():
    family = Family("optimizer_more")
    classes = dict(rmsprop=torch.optim.RMSprop, adadelta=torch.optim.Adadelta)
    for name, operator, settings in [
        ("rmsprop", "rmsprop", dict(lr=0.0625)),
        ("rmsprop_momentum", "rmsprop", dict(lr=0.0625, alpha=0.875, momentum=0.75, weight_decay=0.125)),
        ("rmsprop_centered", "rmsprop", dict(lr=0.0625, alpha=0.875, centered=True, eps=2**-10)),
        ("rmsprop_all", "rmsprop", dict(lr=0.03125, alpha=0.75, centered=True, momentum=0.5, weight_decay=0.0625, eps=2**-10)),
        ("adadelta", "adadelta", dict(lr=1.0)),
        ("adadelta_settings", "adadelta", dict(lr=0.5, rho=0.75, eps=2**-8, weight_decay=0.125)),
    ]:
        start, gradients = draw(name, 3, 2), [draw(f"{name}/{step}", 3, 2) for step in range(5)]
        parameter = start.clone().requires_grad_()
        optimizer = classes[operator]([parameter], **settings)
        states = []
        for gradient in gradients:
            parameter.grad = gradient.clone()
            optimizer.step()
            states.append(parameter.detach().clone())
        used = {key: optimizer.defaults[key] for key in ("lr", "alpha", "rho", "eps", "momentum", "centered", "weight_decay")
                if key in optimizer.defaults}
        family.record(name, operator, used, [("p", start)] + [(f"g{i + 1}", g) for i, g in enumerate(gradients)],
                      [(f"p{i + 1}", state) for i, state in enumerate(states)])
    for name, steps, settings in [
        ("plain", 20, {}), ("short", 5, dict(pct_start=0.5)), ("linear", 16, dict(anneal_strategy="linear", pct_start=0.25)),
        ("three", 30, dict(three_phase=True, div_factor=10.0, final_div_factor=100.0)),
        ("three_linear", 21, dict(three_phase=True, anneal_strategy="linear", pct_start=0.4)),
    ]:
        used = {"pct_start": 0.3, "div_factor": 25.0, "final_div_factor": 1e4, "anneal_strategy": "cos", "three_phase": False, **settings}
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.5, total_steps=steps, cycle_momentum=False, **used)
        rates = []
        for step in range(steps):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if step < steps - 1:
                schedule.step()
        family.record(f"schedule_one_cycle_{name}", "schedule_one_cycle", {"lr": 0.5, **used}, [],
                      [("lr", torch.tensor(rates, dtype=torch.float64))])
    return family
