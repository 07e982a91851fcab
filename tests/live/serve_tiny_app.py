"""Serve the tiny app: `python -m tests.live.serve_tiny_app DATABASE_URL PORT`.

A module of its own, so that the app's is imported under its own name: Reflex names states after their module.
"""

from tests.live.tiny_app import main

main()
