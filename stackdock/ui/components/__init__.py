"""Pure functions of their props: they draw, and ask nobody. Behaviour that needs the browser is in `assets/stackdock`."""
