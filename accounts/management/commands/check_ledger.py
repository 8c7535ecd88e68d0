"""`manage.py check_ledger`: every balance is the sum of its ledger, and every entry follows the one before."""

from typing import Any

from django.core.management import BaseCommand, CommandError

from accounts.models import Wallet
from accounts.queries import wallets_out_of_balance
from core.templatetags.format import plural


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        found = wallets_out_of_balance()
        for each in found:
            if each.balance != each.ledger_sum:
                self.stdout.write(f"{each.user}: the balance is {each.balance}, the ledger sums to {each.ledger_sum}")
            for entry in each.wrong:
                told = f"{entry.amount:+d} {entry.kind} at {entry.created_at.isoformat()}"
                self.stdout.write(f"{each.user}: {entry.balance_after} after {told} does not follow")
        wallets = plural(Wallet.objects.count(), "wallet")
        if found:
            raise CommandError(f"{len(found)} of {wallets} out of balance.")
        self.stdout.write(f"{wallets} in balance.")
