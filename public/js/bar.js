// [data-bar]: what a slot stands for, under the pointer or by the arrow keys; Enter follows its link.
const tip = document.createElement('div');
tip.className = 'bar-tip';
tip.setAttribute('role', 'status');
tip.hidden = true;
let current = null;

function show(slot) {
  leave();
  current = slot;
  slot.dataset.title ??= slot.title;
  slot.removeAttribute('title');
  slot.classList.add('is-current');
  tip.textContent = slot.dataset.title;
  tip.hidden = false;
  document.body.append(tip);
  const box = slot.getBoundingClientRect();
  const left = Math.min(Math.max(8, box.left + box.width / 2 - tip.offsetWidth / 2), innerWidth - tip.offsetWidth - 8);
  tip.style.left = `${left + scrollX}px`;
  tip.style.top = `${box.top + scrollY - tip.offsetHeight - 8}px`;
}

function leave() {
  current?.classList.remove('is-current');
  current = null;
  tip.hidden = true;
}

document.addEventListener('pointerover', (event) => {
  const slot = event.target.closest?.('[data-bar] > i');
  if (slot) show(slot);
  else if (current && !current.parentElement.matches(':focus-visible')) leave();
});
document.addEventListener('click', (event) => {
  const slot = event.target.closest?.('[data-bar] > i[data-href]');
  if (slot) location.href = slot.dataset.href;
});
document.addEventListener('keydown', (event) => {
  const bar = event.target.closest?.('[data-bar]');
  if (!bar) return;
  const slots = [...bar.children];
  const at = current?.parentElement === bar ? slots.indexOf(current) : -1;
  const moves = { ArrowLeft: at < 0 ? slots.length - 1 : at - 1, ArrowRight: at + 1, Home: 0, End: slots.length - 1 };
  if (event.key in moves) {
    event.preventDefault();
    show(slots[Math.min(slots.length - 1, Math.max(0, moves[event.key]))]);
  } else if (event.key === 'Escape') leave();
  else if (event.key === 'Enter' && current?.dataset.href) location.href = current.dataset.href;
});
document.addEventListener('focusout', (event) => {
  if (event.target.matches?.('[data-bar]')) leave();
});
