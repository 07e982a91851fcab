"""One dock from start to end: claim, list, reconcile, prune, record. Which docks are due is asked by `scheduler.py`.

`lease` says who may write, `plan` compares a listing with the rows, `breaker` decides what may be pruned, `reconcile` writes one
kind in one transaction, `finish` records the outcome, `run` leads through all of it, `runner` does many docks at once.
"""
