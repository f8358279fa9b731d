"""The HTTP service."""

from api.app import create_app
from api.services import Limits, Services

__all__ = ["Limits", "Services", "create_app"]
