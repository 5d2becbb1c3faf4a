"""The window in a real Chromium, driven by Playwright."""
