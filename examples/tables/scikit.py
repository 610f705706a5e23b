"""Quality of scikit-learn's multilayer perceptrons on the tables of tables.json, written to scikit.json.

Run it in the root of a clone: python examples/tables/scikit.py [NAME ...] (pip install scikit-learn pandas). Without
names, it measures all tables. It also writes the tables that scikit-learn contains to build/tables, for `npm run
example tables`.
"""

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from sklearn import datasets
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

FOLDS = 5
SEEDS = 3  # one for large tables
here = Path(__file__).parent
warnings.filterwarnings("ignore", category=sklearn.exceptions.ConvergenceWarning)


def fold_of(i):
    """The fold in which row i is tested, as in tables.ts: neighbouring rows are in different folds."""
    return int(i * 0.6180339887498949 % 1 * FOLDS)


def export():
    folder = Path("build/tables")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ["iris", "wine", "breast_cancer", "diabetes"]:
        loaded = getattr(datasets, f"load_{name}")(as_frame=True)
        frame = loaded.frame.copy()
        if name != "diabetes":
            frame["target"] = [f"class {label}" for label in frame["target"]]
        frame.to_csv(folder / f"{name}.csv", index=False)


def cyclic(frame):
    """Sine and cosine of the month, as data.DateFeatures makes them."""
    months = np.column_stack([pd.to_datetime(frame[name]).dt.month for name in frame])
    angles = (months - 1) / 12 * 2 * np.pi
    return np.hstack([np.sin(angles), np.cos(angles)])


def read(spec):
    path = Path(spec["file"])
    table = pd.DataFrame(json.loads(path.read_text())) if path.suffix == ".json" else pd.read_csv(path)
    table = table.dropna(subset=[spec["target"]]).reset_index(drop=True)
    for name in spec["categories"]:
        table[name] = table[name].fillna("missing").astype(str)
    return table


def pipeline(spec, numeric, regression, seed, rows):
    # The other settings are the defaults: one hidden layer of 100, Adam, 200 iterations.
    settings = {"random_state": seed, "max_iter": 200 if rows > 2000 else 1000}
    parts = [
        ("numeric", make_pipeline(SimpleImputer(), StandardScaler()), numeric),
        ("categories", OneHotEncoder(handle_unknown="ignore"), spec["categories"]),
        ("months", FunctionTransformer(cyclic), spec["months"]),
    ]
    inputs = ColumnTransformer([part for part in parts if part[2]])
    if not regression:
        return make_pipeline(inputs, MLPClassifier(**settings))
    model = MLPRegressor(**settings)
    return make_pipeline(inputs, TransformedTargetRegressor(model, transformer=StandardScaler()))


def measure(spec):
    table = read(spec)
    target = table[spec["target"]]
    regression = pd.api.types.is_numeric_dtype(target)
    numeric = spec["numeric"]
    if numeric == "others":
        numeric = [name for name in table if name != spec["target"]]
    folds = np.array([fold_of(i) for i in range(len(table))])
    seeds = 1 if len(table) > 2000 else SEEDS
    figures, start = [], time.time()
    for seed in range(seeds):
        found = np.empty(len(table), dtype=object)
        for fold in range(FOLDS):
            training, test = table[folds != fold], table[folds == fold]
            model = pipeline(spec, numeric, regression, seed, len(table))
            fitted = model.fit(training, training[spec["target"]])
            found[folds == fold] = fitted.predict(test)
        if regression:
            figures.append(float(np.sqrt(np.mean((found - target).astype(float) ** 2))))
        else:
            figures.append(float(np.mean(found == target)))
    seconds = (time.time() - start) / seeds
    metric = "rmse" if regression else "accuracy"
    print(f"{spec['name']}: {len(table)} rows, {metric} {np.round(figures, 4)}, {seconds:.1f} s", file=sys.stderr, flush=True)
    return {"metric": metric, "value": round(float(np.mean(figures)), 4), "seconds": round(seconds, 1)}


export()
output = here / "scikit.json"
specs = json.loads((here / "tables.json").read_text())
tables = json.loads(output.read_text())["tables"] if output.exists() else {}
wanted = sys.argv[1:] or [spec["name"] for spec in specs]
measured = {spec["name"]: measure(spec) for spec in specs if spec["name"] in wanted}
document = {
    "scikit-learn": sklearn.__version__,
    "tables": {spec["name"]: (tables | measured)[spec["name"]] for spec in specs if spec["name"] in tables | measured},
}
output.write_text(json.dumps(document, indent=2) + "\n")
