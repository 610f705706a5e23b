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
        "rmse": metrics.root_mean_squared_error(target.ravel(), output.ravel()),
        "mape": metrics.mean_absolute_percentage_error(target.ravel(), output.ravel()),
        "medianAbsoluteError": metrics.median_absolute_error(target.ravel(), output.ravel()),
    }


def agreement(target, said, labels):
    return {
        "balancedAccuracy": metrics.balanced_accuracy_score(target, said),
        "matthews": metrics.matthews_corrcoef(target, said),
        "cohenKappa": metrics.cohen_kappa_score(target, said, labels=labels),
        "classReport": np.stack(
            metrics.precision_recall_fscore_support(target, said, labels=labels, zero_division=0), 1
        ).tolist(),
    }


def calibration(probabilities, target, bins):
    confidence, hits = probabilities.max(1), probabilities.argmax(1) == target
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    parts = [(place == i) for i in range(bins)]
    return float(sum(abs(confidence[p].sum() - hits[p].sum()) for p in parts) / len(target))


def probability(name, logits, target):
    logits, target = np.asarray(logits), np.asarray(target)
    labels = list(range(logits.shape[1]))
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    said = logits.argmax(1)
    loss = metrics.log_loss(target, probabilities, labels=labels)
    two = len(labels) == 2
    return {
        "name": name,
        "logits": logits.tolist(),
        "probabilities": probabilities.tolist(),
        "target": target.tolist(),
        "logLoss": loss,
        "perplexity": float(np.exp(loss)),
        "brier": metrics.brier_score_loss(
            target,
            probabilities[:, 1] if two else probabilities,
            labels=labels,
            scale_by_half=two,
        ),
        "calibrationError": calibration(probabilities, target, 10),
        **agreement(target, said, labels),
    }


def ranking(name, scores, target):
    scores, target = np.asarray(scores, dtype=float), np.asarray(target)
    curve = metrics.roc_curve(target, scores)
    return {
        "name": name,
        "output": scores.tolist(),
        "target": target.tolist(),
        "rocAuc": metrics.roc_auc_score(target, scores),
        "rocCurve": [part[1:].tolist() if i == 2 else part.tolist() for i, part in enumerate(curve)],
        "averagePrecision": metrics.average_precision_score(target, scores),
        "precisionRecallCurve": [
            part.tolist() for part in metrics.precision_recall_curve(target, scores)
        ],
    }


def scores(n, count):
    return np.round(random.normal(size=(n, count)), 2)


new = np.random.default_rng(2)


def more(n, count):
    return np.round(new.normal(size=(n, count)), 2)


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
            "probability": [
                probability("three classes", more(20, 3), new.integers(0, 3, 20)),
                probability("a class that never occurs", more(9, 4), new.integers(0, 3, 9)),
                probability("two classes", more(20, 2), new.integers(0, 2, 20)),
            ],
            "ranking": [
                ranking("scores", np.round(new.normal(size=40), 3), new.integers(0, 2, 40)),
                ranking("ties", np.round(new.normal(size=40)), new.integers(0, 2, 40)),
                ranking("all right", [0.1, 0.2, 0.7, 0.9], [0, 0, 1, 1]),
                ranking("all wrong", [0.1, 0.2, 0.7, 0.9], [1, 1, 0, 0]),
                ranking("one score", [0.5, 0.5, 0.5], [1, 0, 0]),
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
