"""How a provider's API is described and read: the contract, paging, mapping, the one outbound HTTP client.

No provider lives here, and nothing here knows the database, the settings, encryption or the live engine.
"""
