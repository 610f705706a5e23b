"""Forward and backward passes of single layers in PyTorch; the same as images.ts."""
from layers import fingerprint, model_of, noise, without_dropout
from timing import report, samples_of, trial


class Pass:
    """A pass forward and backward. The gradients are those of the input and of the parameters."""

    def __init__(self, layer, double):
        self.model = model_of([layer["layer"]])
        self.x = noise(layer["input"], 0, 1)
        if double:
            self.model, self.x = self.model.double(), self.x.double()
        self.x.requires_grad_()
        self.dy = noise(self.model(self.x).shape, 99, 1).to(self.x.dtype)
        self.leaves = [self.x, *self.model.parameters()]

    def run(self):
        for leaf in self.leaves:
            leaf.grad = None
        y = self.model(self.x)
        y.backward(self.dy)
        return y

    def results(self):
        without_dropout(self.model)
        results = [self.run().detach(), *(leaf.grad.clone() for leaf in self.leaves)]
        self.model.train()
        return results


def largest_error(results, exact):
    """The largest difference from float64, divided by the largest value, of the output and of each gradient."""
    return max(((t.double() - e).abs().max() / e.abs().max()).item() for t, e in zip(results, exact))


what = trial()
ops = {}
for name, layer in what["functions"].items():
    one = Pass(layer, False)
    results = one.results()
    error = largest_error(results, Pass(layer, True).results())
    ops[name] = {"check": [fingerprint(t) for t in results], "error": error, "seconds": samples_of(one.run, what)}
report({"ops": ops})
