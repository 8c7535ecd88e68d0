"""Pages of signing up, workspaces, their members and projects; `frame` is what pages of other apps stand in."""

from workspaces.views.frame import crumbs, project_of_page, stand_in

__all__ = ["crumbs", "project_of_page", "stand_in"]
