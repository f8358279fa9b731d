"""Who a row speaks of: numbers cleaned, checked, recognised by form, and people's numbers hashed."""

from graph.resolution.unnumbered_ids import (
    company_name_ids,
    scoped_company_ids,
    scoped_person_ids,
    unverified_company_ids,
)
from loaders.identity.asked import asked_forms, bare_forms
from loaders.identity.companies import read_company_ids
from loaders.identity.forms import (
    clean_ids,
    looks_like_person_number,
    lost_code_digits,
    mask,
    masked,
    masked_in,
    masked_within,
    valid_resident_number,
)
from loaders.identity.free_text import without_private_numbers
from loaders.identity.name_forms import looks_like_person_name
from loaders.identity.person_key import PersonKey, PersonKeyError
from loaders.identity.persons import DOCUMENT_KINDS, document_kinds, read_person_ids

__all__ = [
    "DOCUMENT_KINDS",
    "PersonKey",
    "PersonKeyError",
    "asked_forms",
    "bare_forms",
    "clean_ids",
    "company_name_ids",
    "document_kinds",
    "looks_like_person_name",
    "looks_like_person_number",
    "lost_code_digits",
    "mask",
    "masked",
    "masked_in",
    "masked_within",
    "read_company_ids",
    "read_person_ids",
    "scoped_company_ids",
    "scoped_person_ids",
    "unverified_company_ids",
    "valid_resident_number",
    "without_private_numbers",
]
