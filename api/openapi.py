"""`python -m api.openapi`: write the contract to docs/openapi.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from fastapi import FastAPI

from api.app import include_routes
from api.contract import contract

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def document() -> str:
    """The contract as it is checked in."""
    app = FastAPI()
    include_routes(app)
    return json.dumps(contract(app), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    PAGE.write_text(document(), encoding="utf-8")
