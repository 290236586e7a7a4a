// [name=ids] boxes of the form #bulk: Shift takes all between two, a button takes the page, the bar says how many. Rows are drawn anew while the page follows along, so what is chosen is remembered here.
const chosen = new Set();
let anchor = null;

const boxes = () => [...document.querySelectorAll('input[name="ids"][form="bulk"]')];
const all = () => document.querySelector('#bulk [name="all"]');

function remember(box) {
  if (box.checked) chosen.add(box.value);
  else chosen.delete(box.value);
}

function tell() {
  const present = boxes();
  const count = present.filter((box) => box.checked).length;
  const words = document.querySelector('[data-bulk-count]');
  if (words) words.textContent = all()?.checked ? 'All chosen' : `${count} chosen`;
  for (const button of document.querySelectorAll('[data-bulk-clear], [data-bulk-page]')) button.hidden = false;
}

document.addEventListener('click', (event) => {
  const { target } = event;
  if (target.matches?.('[data-bulk-clear]')) {
    for (const box of boxes()) box.checked = false;
    if (all()) all().checked = false;
    chosen.clear();
    anchor = null;
    tell();
    boxes()[0]?.focus();
    return;
  }
  if (target.matches?.('[data-bulk-page]')) {
    for (const box of boxes()) {
      box.checked = true;
      remember(box);
    }
    tell();
    return;
  }
  if (!target.matches?.('input[name="ids"][form="bulk"]')) return;
  const present = boxes();
  const from = present.findIndex((box) => box.value === anchor);
  if (event.shiftKey && from >= 0) {
    const to = present.indexOf(target);
    for (const box of present.slice(Math.min(from, to), Math.max(from, to) + 1)) {
      box.checked = target.checked;
      remember(box);
    }
  }
  remember(target);
  anchor = target.value;
  tell();
});

document.addEventListener('change', (event) => {
  if (event.target === all()) tell();
});

// New rows come unticked; rows that left the list are forgotten, or they would be changed unseen.
document.addEventListener('live:shown', () => {
  const present = boxes();
  for (const id of chosen) if (!present.some((box) => box.value === id)) chosen.delete(id);
  for (const box of present) box.checked = chosen.has(box.value);
  tell();
});

// Browsers tick again what was ticked when somebody comes back.
addEventListener('pageshow', () => {
  for (const box of boxes()) remember(box);
  tell();
});
