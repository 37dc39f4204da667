"""What tests of the page do in the browser."""

import time


def shown_level(page):
    """The brightness that the player shows."""
    return page.evaluate(
        """async () => {
          while (player.seeking || player.readyState < 2)
            await new Promise((later) => setTimeout(later, 20));
          await new Promise((later) => requestAnimationFrame(later));
          const canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [64, 48];
          const context = canvas.getContext("2d");
          context.drawImage(player, 0, 0, 64, 48);
          return context.getImageData(60, 44, 1, 1).data[0];
        }"""
    )


def until(page, expression, value=None, seconds=120):
    """Waits until an expression is true; the page's policy forbids Playwright's own way."""
    for _ in range(seconds * 10):
        if page.evaluate(expression, value):
            return
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {expression}")
