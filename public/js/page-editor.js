// [data-page-editor]: lines move by drag, arrow keys and buttons without a round trip; the preview follows what is typed.
const MOST_DEPTH = 2;
const form = document.querySelector('[data-page-editor]');
const said = form?.querySelector('[data-said]');

/** Changes are announced once to whoever draws the preview, and the browser asks before they are lost. */
function touched() {
  form.querySelector('[data-unsaved-note]').hidden = false;
  addEventListener('beforeunload', ask);
  form.dispatchEvent(new CustomEvent('page-changed'));
}

function ask(event) {
  event.preventDefault();
}

const lists = () => [...form.querySelectorAll('[data-lines]')];
const groupOf = (line) => line.parentElement.closest('.line');
const linesOf = (list) => [...list.children].filter((one) => one.matches('.line'));
const nameOf = (line) => {
  const input = line.querySelector('.line-name .input');
  return input.value || input.placeholder;
};

function depthOf(list) {
  let depth = 0;
  for (let group = list.closest('.line'); group; group = groupOf(group)) depth += 1;
  return depth;
}

function height(line) {
  if (line.dataset.kind !== 'group') return 0;
  return Math.max(1, ...linesOf(ownList(line)).map((one) => 1 + height(one)));
}

const ownList = (group) => group.querySelector(':scope > [data-lines]');
const fits = (line, list) => !line.contains(list) && depthOf(list) + height(line) <= MOST_DEPTH;

/** Past the neighbour, into a group that stands there, or out of one's own group at its end; groups pass groups. */
function step(line, way, focus) {
  const up = way === 'up';
  const next = up ? line.previousElementSibling : line.nextElementSibling;
  const group = groupOf(line);
  if (next?.dataset.kind === 'group' && line.dataset.kind !== 'group') ownList(next)[up ? 'append' : 'prepend'](line);
  else if (next) next[up ? 'before' : 'after'](line);
  else if (group) group[up ? 'before' : 'after'](line);
  else return;
  moved(line);
  // Moving takes the focus away; at the end of the list the button itself is off.
  const again = focus.disabled ? line.querySelector('[data-move]:not(:disabled)') : focus;
  again?.focus();
}

function enter(line, key) {
  const list = key === '' ? lists()[0] : ownList(form.querySelector(`[data-line="${CSS.escape(key)}"]`));
  if (list && fits(line, list)) list.append(line);
  moved(line);
}

function remove(line) {
  const name = nameOf(line);
  const next = line.nextElementSibling ?? line.previousElementSibling ?? groupOf(line);
  const list = line.dataset.kind === 'group' ? linesOf(ownList(line)) : [];
  line.replaceWith(...list);
  settle();
  touched();
  (next?.querySelector('.line-name .input') ?? form.querySelector('[data-add]'))?.focus();
  said.textContent = `${name} is off the page once you save.`;
}

function moved(line) {
  settle();
  touched();
  const siblings = linesOf(line.parentElement);
  const group = groupOf(line);
  const where = group ? ` in ${nameOf(group)}` : '';
  said.textContent = `${nameOf(line)}: place ${siblings.indexOf(line) + 1} of ${siblings.length}${where}.`;
}

/** Chosen groups and buttons follow where the lines stand. */
function settle() {
  const all = form.querySelectorAll('.line');
  form.querySelector('[data-count]').textContent = all.length;
  for (const line of all) {
    const group = groupOf(line);
    const choice = line.querySelector(`:scope > .line-more select[name^="parent_"]`);
    if (choice) choice.value = group?.dataset.line ?? '';
    const own = (selector) => line.querySelector(`:scope > .line-row ${selector}`);
    own('[data-grip]').hidden = false;
    own('[data-move="up"]').disabled = !group && !line.previousElementSibling;
    own('[data-move="down"]').disabled = !group && !line.nextElementSibling;
  }
}

/** Before a group is chosen: those that cannot hold the line are off. Done for one line, as it costs with a hundred. */
function offer(choice) {
  const line = choice.closest('.line');
  for (const option of choice.options) {
    const group = option.value && form.querySelector(`[data-line="${CSS.escape(option.value)}"]`);
    option.disabled = option.value !== '' && (!group || !fits(line, ownList(group)));
  }
}

function rename(group, name) {
  for (const option of form.querySelectorAll(`option[value="${CSS.escape(group.dataset.line)}"]`)) {
    option.textContent = name || 'New group';
  }
}

/** The server draws what is added, from the form as it stands. */
async function add(button) {
  const data = new FormData(form);
  data.set('do', button.value);
  const before = new Set([...form.querySelectorAll('.line')].map((line) => line.dataset.line));
  button.setAttribute('aria-busy', 'true');
  const body = new URLSearchParams([...data].filter(([, value]) => typeof value === 'string'));
  const answer = await fetch(form.action, { method: 'POST', body }).catch(() => null);
  button.removeAttribute('aria-busy');
  if (!answer?.ok) {
    said.textContent = 'That did not work. Please try again.';
    return;
  }
  const drawn = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-lines-card]');
  // Parsed without scripts, so the numbers for browsers without them are real fields here: they would win over the order.
  for (const numbers of drawn.querySelectorAll('noscript')) numbers.remove();
  // What was opened stays open.
  for (const open of form.querySelectorAll('.line-more[open]')) {
    const { line } = open.closest('.line').dataset;
    drawn.querySelector(`[data-line="${CSS.escape(line)}"] > .line-more`)?.setAttribute('open', '');
  }
  form.querySelector('[data-lines-card]').replaceWith(document.adoptNode(drawn));
  settle();
  touched();
  const fresh = [...form.querySelectorAll('.line')].find((line) => !before.has(line.dataset.line));
  (fresh ?? form).querySelector('.line-name .input')?.focus();
}

/** A line follows the pointer: it stands where the pointer is, inside a group when it is held over its inside. */
function grab(event) {
  const grip = event.target.closest('[data-grip]');
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  const line = grip.closest('.line');
  let place = [line.parentElement, line.nextElementSibling];
  const start = place;
  line.classList.add('is-moving');

  const follow = (move) => {
    const edge = 60;
    if (move.clientY < edge) scrollBy(0, -12);
    else if (move.clientY > innerHeight - edge) scrollBy(0, 12);
    const spot = spotAt(line, move.clientX, move.clientY);
    if (!spot || (spot[0] === place[0] && spot[1] === place[1])) return;
    place = spot;
    spot[0].insertBefore(line, spot[1]);
  };
  const drop = (end) => {
    for (const type of ['pointerup', 'pointercancel']) document.removeEventListener(type, drop);
    document.removeEventListener('pointermove', follow);
    line.classList.remove('is-moving');
    if (end.type === 'pointercancel') start[0].insertBefore(line, start[1]);
    if (line.parentElement !== start[0] || line.nextElementSibling !== start[1]) moved(line);
    grip.focus();
  };
  // Not captured by the grip: a capture ends when its element takes another place in the document.
  for (const type of ['pointerup', 'pointercancel']) document.addEventListener(type, drop);
  document.addEventListener('pointermove', follow);
}

/** Where a line would stand: the list, and the line it would come before. Null keeps it where it is. */
function spotAt(line, x, y) {
  let best = null;
  for (const list of lists()) {
    if (!fits(line, list)) continue;
    const box = list.getBoundingClientRect();
    const inside = y >= box.top && y <= box.bottom && (x >= box.left || list === lists()[0]);
    if (inside && (!best || depthOf(list) > depthOf(best))) best = list;
  }
  if (!best) return null;
  const others = linesOf(best).filter((one) => one !== line);
  const before = others.find((one) => {
    const box = one.getBoundingClientRect();
    // A group is passed by its head, so that its inside stays reachable.
    const head = one.dataset.kind === 'group' ? Math.min(box.height, 60) : box.height;
    return y < box.top + head / 2;
  });
  return [best, before ?? null];
}

if (form && !form.querySelector('fieldset').disabled) {
  form.addEventListener('click', (event) => {
    const button = event.target.closest('button[name="do"]');
    if (!button) return;
    event.preventDefault();
    if (button.dataset.move) step(button.closest('.line'), button.dataset.move, button);
    else if ('remove' in button.dataset) remove(button.closest('.line'));
    else add(button);
  });
  form.addEventListener('keydown', (event) => {
    const grip = event.target.closest('[data-grip]');
    const way = { ArrowUp: 'up', ArrowDown: 'down' }[event.key];
    if (!grip || !way) return;
    event.preventDefault();
    step(grip.closest('.line'), way, grip);
  });
  form.addEventListener('change', (event) => {
    if (event.target.name?.startsWith('parent_')) enter(event.target.closest('.line'), event.target.value);
  });
  form.addEventListener('focusin', (event) => {
    if (event.target.name?.startsWith('parent_')) offer(event.target);
  });
  form.addEventListener('input', (event) => {
    const line = event.target.closest('.line[data-kind="group"]');
    if (line && event.target.name === `name_${line.dataset.line}`) rename(line, event.target.value);
    touched();
  });
  form.addEventListener('pointerdown', grab);
  form.addEventListener('submit', () => removeEventListener('beforeunload', ask));
  if ('unsaved' in form.dataset) touched();
  settle();
}
