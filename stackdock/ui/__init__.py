"""The console: pages, tables, shared states and components. Reaches data only through services and live views."""
