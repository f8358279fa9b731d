"""Exchange formats out, evidence packages, and their check."""

from exports.csv_tables import csv_tables, csv_zip
from exports.cytoscape import cytoscape_json, cytoscape_object
from exports.errors import PackageError
from exports.evidence.writing import Package, PackageReport, make_package, write_evidence
from exports.gexf import gexf
from exports.graphml import graphml
from exports.verifying.integrity import Fault
from exports.verifying.verification import Verification, verify_package

__all__ = [
    "Fault",
    "Package",
    "PackageError",
    "PackageReport",
    "Verification",
    "csv_tables",
    "csv_zip",
    "cytoscape_json",
    "cytoscape_object",
    "gexf",
    "graphml",
    "make_package",
    "verify_package",
    "write_evidence",
]
