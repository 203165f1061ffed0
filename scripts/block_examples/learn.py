"""Every block of machine learning."""

from scripts.block_examples.sheet import Sheet

TITLE = "Learning blocks"
DESCRIPTION = "Each block of machine learning at work: rows are split, models learn, predict and are judged."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("Tell classes apart"):
        wines = sheet.add("learn.dataset", "wines", "Wines", name="wine")
        parts = sheet.add("learn.split", table=wines["table"], test_size=0.3, stratify="cultivar", seed=1)
        forest = sheet.add("learn.fit_classifier", table=parts["train"], target=wines["target"], trees=30)
        said = sheet.add("learn.predict", model=forest["out"], table=parts["test"])
        sheet.add("table.head", "said", "What it says", table=said["table"], rows=5)
        sheet.add("learn.evaluate_classifier", model=forest["out"], table=parts["test"])
        sheet.add("learn.feature_importance", model=forest["out"], table=parts["test"], repeats=2)
    with sheet.frame("Predict a number"):
        patients = sheet.add("learn.dataset", "patients", "Patients", name="diabetes")
        halves = sheet.add("learn.split", "halves", table=patients["table"], seed=1)
        line = sheet.add("learn.fit_regressor", table=halves["train"], target=patients["target"], method="ridge")
        sheet.add("learn.evaluate_regressor", model=line["out"], table=halves["test"])
        sheet.add("learn.cross_validate", model=line["out"], table=patients["table"], folds=4)
    with sheet.frame("Prepare by hand"):
        flowers = sheet.add("learn.dataset", "flowers", "Flowers", name="iris")
        some = sheet.add("learn.split", "some", table=flowers["table"], seed=2)
        ready = sheet.add("learn.prepare", table=some["train"], features=["sepal*", "petal*"], scale="range")
        sheet.add("learn.transform", preparation=ready["preparation"], table=some["test"])
    with sheet.frame("Without a teacher"):
        again = sheet.add("learn.dataset", "again", "Flowers again", name="iris")
        groups = sheet.add("learn.cluster", table=again["table"], features=["petal*"], clusters=3)
        plane = sheet.add("learn.pca", table=groups["table"], features=["sepal*", "petal*"])
        sheet.add(
            "chart.scatter", data=plane["table"], x="pc1", y="pc2", group="cluster", title="Three kinds of flowers"
        )
