"""Pages are declared, found, and ask for a permission; their handlers cannot be called undeclared."""

from stackdock.db.database import Database
from stackdock.models import Organization
from stackdock.resources import TABLES
from stackdock.security.permissions import Level
from stackdock.services.resources import select_resources
from stackdock.ui import shell
from stackdock.ui.components.text import joined
from stackdock.ui.states.handlers import declaration_of
from stackdock.ui.states.visits import PAGES, Visit, find_page
from stackdock.ui.tables.databases import DATABASES
from stackdock.ui.tables.domains import DOMAINS
from stackdock.ui.tables.servers import SERVERS
from stackdock.ui.tables.volumes import VOLUMES
from tests.factories import make_organization, owner_scope, powerless_scope

shell.find_pages()


def test_every_page_is_inside_an_organization_and_needs_a_permission() -> None:
    assert PAGES
    for page in PAGES.values():
        assert page.route.startswith("/o/[slug]")
        assert page.level > Level.NONE


def test_the_page_of_an_address_is_the_one_with_fewer_variable_parts() -> None:
    found = find_page("/o/acme/docks/01ARZ3NDEKTSV4RRFFQ69G5FAV/")
    assert found
    assert (found[0].route, found[1]["dock"]) == ("/o/[slug]/docks/[dock]", "01ARZ3NDEKTSV4RRFFQ69G5FAV")
    home = find_page("/o/acme")
    assert home
    assert home[0].title == "Home"
    assert find_page("/o/acme/no/such/page") is None


def test_every_kind_has_a_table_that_reads_columns_it_has() -> None:
    tables = {table.kind: table for table in (SERVERS, VOLUMES, DATABASES, DOMAINS)}
    assert set(tables) == set(TABLES)
    scope = owner_scope(Organization(slug="acme", name="Acme"))
    for kind, table in tables.items():
        known = {column.name for column in select_resources(scope, kind).selected_columns}
        for column in table.columns:
            assert set(column.reads) <= known, (kind, column.title)


async def test_the_views_of_every_page_can_be_run_by_an_owner_and_hold_the_scope(database: Database) -> None:
    organization = await make_organization()
    scope = owner_scope(organization)
    for page in PAGES.values():
        for view in page.views(Visit(scope, {"slug": "acme", "dock": "none", "provider": "aws"}, {"q": "web"})).values():
            assert view.scope is scope
            assert organization.id in str(view.key)
            assert view.id_cell in view.cells_of()
            async with database.engine.connect() as connection:
                await connection.execute(view.query)


async def test_who_may_not_see_a_page_gets_none_of_its_views(database: Database) -> None:
    organization = await make_organization()
    stranger = powerless_scope(organization)
    for page in PAGES.values():
        assert not stranger.allows(page.area, page.level), page.route


def test_every_handler_of_a_page_is_declared() -> None:
    for page in PAGES.values():
        if page.on_open is not None:
            assert declaration_of(page.on_open.fn) is not None, page.route


def test_text_is_joined_in_the_browser() -> None:
    assert str(joined("a", 1)) == "[\"a\", 1].join('')"
