"""What the console shows: one file per resource kind, the fields an adapter fills and the table that keeps them."""

from stackdock.resources.base import ResourceFields, ResourceRow, Status
from stackdock.resources.block_volume import BlockVolume, BlockVolumeFields
from stackdock.resources.database import Database, DatabaseFields
from stackdock.resources.domain import Domain, DomainFields
from stackdock.resources.kinds import KINDS
from stackdock.resources.server import Server, ServerFields

TABLES: dict[str, type[ResourceRow]] = {
    "server": Server,
    "block_volume": BlockVolume,
    "database": Database,
    "domain": Domain,
}
"""Resource kind → its table. The kinds that no provider fills yet have no table."""

__all__ = [
    "KINDS", "TABLES", "BlockVolume", "BlockVolumeFields", "Database", "DatabaseFields", "Domain", "DomainFields",
    "ResourceFields", "ResourceRow", "Server", "ServerFields", "Status",
]  # fmt: skip
