from core.charts.histories import Line, history

LOSS = Line("Loss", [(1, 2.0), (2, 1.0), (3, 0.5)])


def test_a_line_says_where_it_began_and_where_it_is():
    drawn = history([LOSS], step="epoch", y_title="")

    assert 'aria-label="Loss: 2 at epoch 1, 0.5 at epoch 3."' in drawn
    assert "<tr><td>2</td><td>1</td></tr>" in drawn


def test_lines_meet_steps_of_their_own():
    drawn = history([LOSS, Line("Held out", [(2, 1.5)])], step="epoch", y_title="")

    assert "<tr><td>1</td><td>2</td><td>–</td></tr><tr><td>2</td><td>1</td><td>1.5</td></tr>" in drawn
    assert drawn.count('class="curve ') == 2


def test_long_lines_are_thinned_and_keep_their_end():
    long = Line("Loss", [(step, step % 7) for step in range(5_000)])

    drawn = history([long], step="step", y_title="")

    assert len(drawn) < 15_000
    assert 'L1000 146.7"' in drawn
    assert "The last 30 of 5,000." in drawn


def test_nothing_to_draw_is_said():
    assert "There are no values to draw." in history([Line("Loss", [])], step="epoch", y_title="")


def test_labels_are_escaped():
    assert "<b>" not in history([Line("<b>", [(1, 1)])], step="<b>", y_title="<b>")
