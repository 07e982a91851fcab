"""What people see: theme, components, tables, states, pages. Data comes through services and live views only."""
