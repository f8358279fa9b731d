"""What every finding ends with: it comes from comparing data, and establishes no wrongdoing."""

from __future__ import annotations

from typing import Final

CAUTION_ZH: Final = "本预警由数据比对自动生成，仅供核查参考，不作为认定违纪违法的依据。"
CAUTION_EN: Final = "Made by comparing data, for verification only; it establishes no wrongdoing."
