"""Makes README's picture: the lab in a real JupyterLab after two runs (`make picture`)."""

import io
import sys
import tempfile
from pathlib import Path

from conftest import chromium, jupyterlab, open_lab, wait_for_text
from PIL import Image


def main(target):
    with chromium() as browser, jupyterlab(Path(tempfile.mkdtemp())) as base:
        page = open_lab(browser, base, width=1400, height=1300)
        page.get_by_role("button", name="Train", exact=True).click()
        wait_for_text(page, "Run 1 is finished")
        page.locator(".noUi-handle").first.focus()
        for run in (2, 3):
            page.keyboard.press("ArrowRight")
            wait_for_text(page, f"Run {run} is finished")
        page.wait_for_timeout(1000)
        shot = page.locator(".rnnlab").first.screenshot()
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    image.quantize(128).save(target, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1])
