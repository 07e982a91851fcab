"""One file per page: the page, and the State of what is done there. Found by being here."""
