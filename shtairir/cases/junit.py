"""The outcome of tests as JUnit's XML, which every build server reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from shtairir.cases.running import CaseResult


def junit_xml(suites: Mapping[str, Sequence[CaseResult]]) -> bytes:
    """Return the results by the name of their graph file as a document, UTF-8.

    The form is that of the Apache Ant JUnit schema: ``testsuites/testsuite/testcase/failure``.
    """
    root = ElementTree.Element("testsuites")
    for name, results in suites.items():
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=name,
            tests=str(len(results)),
            failures=str(sum(not result.passed for result in results)),
            errors="0",
            skipped="0",
            time=f"{sum(result.elapsed_s for result in results):.6f}",
        )
        for result in results:
            case = ElementTree.SubElement(
                suite, "testcase", classname=name, name=result.name, time=f"{result.elapsed_s:.6f}"
            )
            for mismatch in result.mismatches:
                failure = ElementTree.SubElement(case, "failure", message=f"{mismatch.name}: {mismatch.sentence}")
                failure.text = mismatch.sentence
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"
