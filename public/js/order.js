// [data-order]: rows change places without a round trip; the numbers that are posted follow.
for (const list of document.querySelectorAll('[data-order]')) {
  list.addEventListener('click', (event) => {
    const button = event.target.closest('[data-move]');
    if (!button) return;
    event.preventDefault();
    const row = button.closest('[data-place]');
    const up = button.dataset.move === '-1';
    const other = up ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (up) other.before(row);
    else other.after(row);
    number(list);
    // Moving takes the focus away; at the end of the list the button itself is off.
    const again = button.disabled ? row.querySelector('[data-move]:not(:disabled)') : button;
    again?.focus();
  });
}

function number(list) {
  const rows = [...list.children];
  rows.forEach((row, i) => {
    row.querySelector('[data-position]').value = i + 1;
    row.querySelector('[data-move="-1"]').disabled = i === 0;
    row.querySelector('[data-move="1"]').disabled = i === rows.length - 1;
  });
}
