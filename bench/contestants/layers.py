"""Networks that a trial describes as a list of layers, in PyTorch; the same as layers.ts."""
import math
import re

import torch
from torch import nn
from torch.nn import functional as F


def noise(shape, seed, bound):
    """Even pseudo-random numbers from -bound to bound, which every contestant can compute."""
    mask = 0xFFFFFFFF
    h = (torch.arange(math.prod(shape), dtype=torch.int64) + seed * 0x9E3779B1) & mask
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & mask
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & mask
    h = h ^ (h >> 16)
    return (bound * (h.double() / 2**31 - 1)).float().reshape(shape)


class BasicBlock(nn.Module):
    """The residual block of ResNet-18, with torchvision's names."""

    def __init__(self, input, output, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(input, output, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(output)
        self.conv2 = nn.Conv2d(output, output, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(output)
        self.downsample = None
        if stride != 1 or input != output:
            conv = nn.Conv2d(input, output, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(output))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


def layer_of(name, *args):
    options = {}
    if args and isinstance(args[-1], dict):
        options = {re.sub("[A-Z]", lambda m: "_" + m[0].lower(), key): value for key, value in args[-1].items()}
        args = args[:-1]
    return (BasicBlock if name == "BasicBlock" else getattr(nn, name))(*args, **options)


def model_of(layers):
    """The network, with initial weights that every contestant can compute."""
    model = nn.Sequential(*(layer_of(*layer) for layer in layers))
    with torch.no_grad():
        for seed, (name, parameter) in enumerate(model.named_parameters(), 1):
            if parameter.ndim == 1 and name.endswith("weight"):
                parameter.fill_(1)
            else:
                bound = math.sqrt(3 * parameter.shape[0] / parameter.numel()) if parameter.ndim > 1 else 0.1
                parameter.copy_(noise(parameter.shape, seed, bound))
    return model


def without_dropout(model):
    """Turns dropout off, whose random numbers differ between libraries."""
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.eval()
    return model


def fingerprint(t):
    """The root of the mean square of the elements, each times a factor that grows from 1 to 2 with its position."""
    values = t.detach().double().reshape(-1)
    return (values * torch.linspace(1, 2, values.numel(), dtype=torch.float64)).square().mean().sqrt().item()


def step_of(trial):
    """The network of the trial, and the function to repeat."""
    model = model_of(trial["layers"])
    x = noise(trial["input"], 0, 1)
    if trial["task"] == "infer":
        model.eval()

        def step():
            with torch.no_grad():
                return model(x)

        return model, step
    labels = torch.arange(len(x)) % 10
    optimizer = getattr(torch.optim, trial["optimizer"])(model.parameters(), lr=trial["lr"])

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        return loss

    return model, step
