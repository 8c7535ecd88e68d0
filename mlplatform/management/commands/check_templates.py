"""`manage.py check_templates`: compile every template, to find a mistake before a visitor does."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        names = [
            str(path.relative_to(folder))
            for folder in (settings.BASE_DIR / "templates", *settings.BASE_DIR.glob("*/templates"))
            for path in sorted(Path(folder).rglob("*"))
            if path.is_file()
        ]
        problems = [problem for name in names if (problem := _problem(name))]
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write(f"{len(names)} templates compile.")


def _problem(name: str) -> str | None:
    try:
        get_template(name)
    except (TemplateSyntaxError, TemplateDoesNotExist) as error:
        return f"{name}: {error}"
    return None
