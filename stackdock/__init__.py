"""StackDock: one live console over many cloud accounts."""
