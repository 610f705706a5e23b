"""A PyTorch training step or forward pass of the trial file, eagerly; the same as step.ts."""
import math

import torch
from torch import nn
from torch.nn import functional as F

import layers as images
from timing import peak_rss, report, samples_of, trial

what = trial()


def wave(shape, phase, bound):
    i = torch.arange(math.prod(shape), dtype=torch.float64)
    return (bound * torch.sin(0.7 * i + phase)).float().reshape(shape)


def fully_connected():
    sizes = what["sizes"]
    layers = []
    for i, size in enumerate(sizes[1:]):
        linear = nn.Linear(sizes[i], size)
        bound = 1 / math.sqrt(sizes[i])
        with torch.no_grad():
            linear.weight.copy_(wave([size, sizes[i]], i, bound))
            linear.bias.copy_(wave([size], i + 0.5, bound))
        if i > 0:
            layers.append(getattr(nn, what["activation"])())
        layers.append(linear)
    model = nn.Sequential(*layers)
    x = wave([what["batch"], sizes[0]], 0.3, 1)

    if what["kind"] == "train":
        optimizer = getattr(torch.optim, what["optimizer"])(model.parameters(), lr=what["lr"])
        loss_of = F.mse_loss if what["loss"] == "mse" else F.cross_entropy
        target = wave([what["batch"], sizes[-1]], 0.9, 0.5) if what["loss"] == "mse" else torch.arange(what["batch"]) % sizes[-1]

        def step():
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(model(x), target)
            loss.backward()
            optimizer.step()
            return loss

        for _ in range(what["check"]):
            check = step().item()
    else:
        model.eval()

        def step():
            with torch.no_grad():
                return model(x)

        check = step().double().square().mean().item()

    return check, step


if what["kind"] == "layers":
    model, step = images.step_of(what)
    images.without_dropout(model)
    for _ in range(what["check"]):
        result = step()
    check = result.item() if result.ndim == 0 else images.fingerprint(result)
    if what["task"] == "train":
        model.train()
else:
    check, step = fully_connected()

report({"check": check, "seconds": samples_of(step, what), "maxRss": peak_rss()})
