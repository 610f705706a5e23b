"""Writes transformers.json: results of scikit-learn for golden.test.ts. Run: python transformers.py > transformers.json"""
import json
import warnings

import numpy as np
from sklearn import impute, preprocessing

warnings.filterwarnings("ignore")
random = np.random.default_rng(5)

skewed = np.round(np.exp(random.normal(size=30)), 3)
signed = np.round(random.normal(size=30) * 10, 2)
ties = random.integers(0, 5, 30).astype(float)
holes = signed.copy()
holes[[3, 7, 20]] = np.nan
columns = {
    "skewed": skewed,
    "signed": signed,
    "ties": ties,
    "holes": holes,
    "constant": np.full(30, 2.5),
    "far": 1e9 + signed,
}
texts = random.choice(["red", "green", "blue", "blue", "blue", "blue"], 30).tolist() + ["rare"]
with_none = [None if i % 7 == 3 else text for i, text in enumerate(texts)]


def plain(values):
    return [None if isinstance(v, float) and np.isnan(v) else v for v in np.ravel(values).tolist()]


numeric = []


def number(name, options, transformer, *names):
    for column in names:
        x = columns[column][:, None]
        result = transformer.fit_transform(x)
        if hasattr(result, "toarray"):
            result = result.toarray()
        new = np.linspace(0.01, 30, 8)[:, None]
        later = transformer.transform(new)
        if hasattr(later, "toarray"):
            later = later.toarray()
        numeric.append(
            {
                "name": name,
                "options": options,
                "column": column,
                "width": int(result.shape[1]),
                "result": plain(result),
                "new": plain(later),
                "inverse": plain(transformer.inverse_transform(result))
                if hasattr(transformer, "inverse_transform") and name != "SimpleImputer"
                else None,
            }
        )


p = preprocessing
most = ["skewed", "signed", "ties", "holes", "constant"]
number("StandardScaler", {}, p.StandardScaler(), *most, "far")
number("StandardScaler", {"withMean": False}, p.StandardScaler(with_mean=False), *most)
number("StandardScaler", {"withStd": False}, p.StandardScaler(with_std=False), *most)
number("MinMaxScaler", {}, p.MinMaxScaler(), *most, "far")
number(
    "MinMaxScaler",
    {"featureRange": [-1, 2], "clip": True},
    p.MinMaxScaler(feature_range=(-1, 2), clip=True),
    *most[:4],
)
number("MaxAbsScaler", {}, p.MaxAbsScaler(), *most)
number("RobustScaler", {}, p.RobustScaler(), *most)
number(
    "RobustScaler",
    {"quantileRange": [10, 80], "withCentering": False},
    p.RobustScaler(quantile_range=(10, 80), with_centering=False),
    *most,
)
for strategy, ours in (("mean", "mean"), ("median", "median"), ("most_frequent", "mostFrequent")):
    number(
        "SimpleImputer",
        {"strategy": ours, "addIndicator": True},
        impute.SimpleImputer(strategy=strategy, add_indicator=True),
        *most,
    )
number(
    "SimpleImputer",
    {"strategy": "constant", "fillValue": 7},
    impute.SimpleImputer(strategy="constant", fill_value=7),
    "holes",
)
for strategy in ("quantile", "uniform", "kmeans"):
    for encode in ("onehot", "ordinal"):
        for bins in (2, 5):
            number(
                "KBinsDiscretizer",
                {"strategy": strategy, "encode": encode, "nBins": bins},
                p.KBinsDiscretizer(n_bins=bins, encode=encode, strategy=strategy),
                "skewed",
                "signed",
                "ties",
            )
number("PowerTransformer", {}, p.PowerTransformer(), *most[:4])
number("PowerTransformer", {"standardize": False}, p.PowerTransformer(standardize=False), *most[:4])
number("PowerTransformer", {"method": "boxCox"}, p.PowerTransformer(method="box-cox"), "skewed")
for n in (7, 1000):
    for output in ("uniform", "normal"):
        number(
            "QuantileTransformer",
            {"nQuantiles": n, "outputDistribution": output},
            p.QuantileTransformer(n_quantiles=n, output_distribution=output, subsample=None),
            *most[:4],
        )

categorical = []


def category(name, options, transformer, values, new, names):
    missing = lambda list_: [np.nan if v is None else v for v in list_]
    column = np.array(missing(values), dtype=object)[:, None]
    later = np.array(missing(new), dtype=object)[:, None]
    result = transformer.fit(column).transform(column)
    other = transformer.transform(later)
    if hasattr(result, "toarray"):
        result, other = result.toarray(), other.toarray()
    categorical.append(
        {
            "name": name,
            "options": options,
            "values": values,
            "later": new,
            "width": int(result.shape[1]),
            "result": plain(result),
            "new": plain(other),
            "names": names,
        }
    )


new = ["blue", "red", "rare"]
unknown = ["blue", "violet", "rare"]
category("OneHotEncoder", {}, p.OneHotEncoder(), texts, new, ["blue", "green", "rare", "red"])
category("OneHotEncoder", {"handleUnknown": "ignore"}, p.OneHotEncoder(handle_unknown="ignore"), texts, unknown, ["blue", "green", "rare", "red"])
category("OneHotEncoder", {"handleMissing": "category"}, p.OneHotEncoder(), with_none, [None, "red"], ["blue", "green", "rare", "red", "missing"])
for options, keys in (
    ({"minFrequency": 6}, {"min_frequency": 6}),
    ({"minFrequency": 0.25}, {"min_frequency": 0.25}),
    ({"maxCategories": 2}, {"max_categories": 2}),
    ({"minFrequency": 2, "maxCategories": 3}, {"min_frequency": 2, "max_categories": 3}),
):
    category("OneHotEncoder", {**options, "handleUnknown": "infrequentIfExist"}, p.OneHotEncoder(handle_unknown="infrequent_if_exist", **keys), texts, unknown, None)
    category("OrdinalEncoder", options, p.OrdinalEncoder(**keys), texts, new, None)
category("OrdinalEncoder", {}, p.OrdinalEncoder(), texts, new, None)
category("OrdinalEncoder", {"handleUnknown": "useEncodedValue", "unknownValue": -1}, p.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), texts, unknown, None)
category("OrdinalEncoder", {"encodedMissingValue": -2}, p.OrdinalEncoder(encoded_missing_value=-2), with_none, [None, "red"], None)

print(json.dumps({"columns": {k: plain(v) for k, v in columns.items()}, "numeric": numeric, "categorical": categorical}))
