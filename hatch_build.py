"""Packs the catalogues of translations into a wheel: a file for each language, without English."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))  # rnnlab is not installed yet

from rnnlab.base.catalogues import ENGLISH, languages, pack


class CustomBuildHook(BuildHookInterface):
    """Adds `rnnlab/locale/<language>.json`; an editable install reads the `.po` files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the files and name them to the builder."""
        if version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory()
        for language in languages():
            if language != ENGLISH:
                path = Path(self._folder.name, f"{language}.json")
                path.write_text(pack(language), encoding="utf-8")
                build_data["force_include"][str(path)] = f"rnnlab/locale/{path.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Delete the files, which the wheel has now."""
        if version != "editable":
            self._folder.cleanup()
