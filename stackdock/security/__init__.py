"""Rules without storage: permissions, scope, envelope encryption, passwords, tokens. No table, no request, no page."""
