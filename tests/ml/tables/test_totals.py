"""A last row that sums up the others."""

import pytest

TOLD = "The last row, “{}”, sums up those above it; it was kept as a row. Leave it out of the file before training."


@pytest.mark.parametrize(
    ("last", "said"), [("Total,35,350.75", "Total"), ("Insgesamt:,35,", "Insgesamt:"), ("SUM,35,350.75", "SUM")]
)
def test_a_total_is_kept_and_told(read, last, said):
    table = read(f"region,units,sales\nNorth,10,100.5\nSouth,20,200.25\nEast,5,50.0\n{last}\n")

    assert table.summary.rows == 4
    assert table.summary.notes == [TOLD.format(said)]


@pytest.mark.parametrize("last", ["West,35,350.75", "Total,36,350", "Total,,", "Totally,35,350.75"])
def test_what_is_no_total_is_not_told(read, last):
    assert read(f"region,units,sales\nNorth,10,100.5\nSouth,20,200.25\nEast,5,50.0\n{last}\n").summary.notes == []
