/** Narrows the rows of a table to those that hold what is typed. Without this script all rows are there. */
for (const field of document.querySelectorAll('[data-filter]')) {
  const input = field.querySelector('input');
  const table = document.getElementById(field.dataset.filter ?? '');
  if (!input || !table) continue;
  field.hidden = false;
  input.addEventListener('input', () => {
    const word = input.value.trim().toLowerCase();
    for (const row of table.tBodies[0]?.rows ?? []) {
      row.hidden = word !== '' && !row.textContent.toLowerCase().includes(word);
    }
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') event.preventDefault();
  });
}
