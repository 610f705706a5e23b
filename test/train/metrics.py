"""Writes metrics.json: figures of scikit-learn for metrics.test.ts. Run: python metrics.py > metrics.json"""
import json
import warnings

import numpy as np
from sklearn import metrics

warnings.filterwarnings("ignore")
random = np.random.default_rng(1)


def averaged(target, said, average, labels=None):
    keys = dict(average=average, labels=labels, zero_division=0)
    return {
        name: np.asarray(function(target, said, **keys)).tolist()
        for name, function in (
            ("precision", metrics.precision_score),
            ("recall", metrics.recall_score),
            ("f1", metrics.f1_score),
        )
    }


def classes(name, scores, target, count):
    scores, target = np.asarray(scores), np.asarray(target)
    said = scores.argmax(1)
    labels = list(range(count))
    return {
        "name": name,
        "numClasses": count,
        "output": scores.tolist(),
        "target": target.tolist(),
        "accuracy": metrics.accuracy_score(target, said),
        "topK": [metrics.top_k_accuracy_score(target, scores, k=k, labels=labels) for k in (1, 2)],
        "confusionMatrix": metrics.confusion_matrix(target, said, labels=labels).tolist(),
        "macro": averaged(target, said, "macro"),
        "weighted": averaged(target, said, "weighted"),
        "micro": averaged(target, said, "micro"),
        "none": averaged(target, said, None, labels),
    }


def binary(name, scores, target, threshold):
    said = (np.asarray(scores) >= threshold).astype(int)
    return {
        "name": name,
        "threshold": threshold,
        "output": list(scores),
        "target": list(target),
        "accuracy": metrics.accuracy_score(target, said),
        "confusionMatrix": metrics.confusion_matrix(target, said, labels=[0, 1]).tolist(),
        "binary": averaged(target, said, "binary"),
    }


def regression(name, output, target):
    output, target = np.asarray(output, dtype=float), np.asarray(target, dtype=float)
    return {
        "name": name,
        "output": output.tolist(),
        "target": target.tolist(),
        "mae": metrics.mean_absolute_error(target, output),
        "mse": metrics.mean_squared_error(target, output),
        "r2": metrics.r2_score(target, output),
    }


def scores(n, count):
    return np.round(random.normal(size=(n, count)), 2)


never = scores(10, 3)
never[:, 2] = -9
y = np.round(random.normal(size=9), 2)
pair = np.round(random.normal(size=(7, 2)), 2)
print(
    json.dumps(
        {
            "classes": [
                classes("three classes", scores(13, 3), random.integers(0, 3, 13), 3),
                classes("a class that is never said", never, random.integers(0, 3, 10), 3),
                classes("a class that never occurs", never, random.integers(0, 2, 10), 3),
                classes("all right", np.eye(4), [0, 1, 2, 3], 4),
                classes("all wrong", np.arange(4) / 8 + np.eye(4)[[1, 2, 3, 0]], [0, 1, 2, 3], 4),
            ],
            "binary": [
                binary("probabilities", [0.1, 0.5, 0.7, 0.4, 0.9], [0, 1, 0, 1, 1], 0.5),
                binary("logits", [-1.5, 0, 2, -0.25, 3, 1], [0, 0, 1, 1, 1, 0], 0),
                binary("never 1", [0.1, 0.2, 0.3], [1, 0, 1], 0.5),
                binary("0 alone", [0.1, 0.2, 0.3], [0, 0, 0], 0.5),
            ],
            "regression": [
                regression("near", y + np.round(random.normal(size=9) / 8, 2), y),
                regression("far from 0", y + 1000000.25, y + 1000000),
                regression("worse than the mean", -y, y),
                regression("one target, met", [2, 2, 2], [2, 2, 2]),
                regression("one target, missed", [2, 3, 2], [2, 2, 2]),
                regression("two columns", pair * 0.75, pair),
                regression("two columns, one constant", pair * 0.5, pair * [1, 0] + [0, 3]),
            ],
        }
    )
)
