"""The database: engine, sessions, change capture, migrations, and the only commit in the code."""
