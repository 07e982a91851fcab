"""The live engine: views that are kept true in every browser. Knows tables and changes; knows no domain.

Declare a view with `view.LiveView`, bind it to a slot with `pages`, draw it with `vars`. Inside: `outbox_*` read what was
committed, `footprint` tells which views a change can touch, `engine` runs those again, `diff` finds the cells that changed, and
`transport`, the one file that touches Reflex's internals, puts one encoded message on every subscriber's socket.
"""
