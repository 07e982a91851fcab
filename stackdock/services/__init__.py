"""What may be done: one file per noun, every function takes a Scope first and declares the permission it needs.

No HTTP, no page, no provider inside a transaction. `operations.py` holds the declarations and the check.
"""
