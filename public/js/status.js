// The visitor's page: asks for news every ten seconds and swaps what changed, explains the bars, writes local times.
const PERIOD = 10_000;
const HIDDEN_PERIOD = 60_000;
const STALE_AFTER = 45_000;
const DAYS = 90;

const language = document.documentElement.lang;
const list = () => document.querySelector('[data-words]');
const tip = Object.assign(document.createElement('div'), { className: 'tip', hidden: true });
tip.setAttribute('role', 'status');

localise(document);
explainBars(document);
if (document.querySelector('[data-live]')) watch();

function watch() {
  let etag = '';
  let freshAt = Date.now();
  let timer;
  const ask = async () => {
    clearTimeout(timer);
    try {
      // The browser asks with the tag of what it has; unchanged, nothing but headers travels.
      const answer = await fetch(location.pathname + location.search, { cache: 'no-cache' });
      if (answer.ok) {
        freshAt = Date.now();
        const seen = answer.headers.get('etag');
        if (seen !== etag) swap(new DOMParser().parseFromString(await answer.text(), 'text/html'));
        etag = seen;
      }
    } catch {
      // Offline, or the server is away: the note below says so, the next turn tries again.
    }
    noteAge(Date.now() - freshAt);
    timer = setTimeout(ask, document.hidden ? HIDDEN_PERIOD : PERIOD);
  };
  timer = setTimeout(ask, PERIOD);
  document.addEventListener('visibilitychange', () => document.hidden || ask());
  addEventListener('online', ask);
}

/** What cannot be refreshed is called old, and its verdict loses its colour. */
function noteAge(age) {
  const note = document.querySelector('[data-stale]');
  if (!note) return;
  note.hidden = age < STALE_AFTER;
  const minutes = Math.round(age / 60_000) || 1;
  if (!note.hidden) note.textContent = minutes === 1 ? note.dataset.staleOne : note.dataset.stale.replace('#', minutes);
  document.querySelector('.verdict').classList.toggle('old', !note.hidden);
}

/** Replaces the parts that differ; the rest keeps its place, its focus and its tooltip. */
function swap(next) {
  const names = (root) => [...root.querySelectorAll('[data-part]')].map((part) => part.dataset.part).join();
  localise(next);
  explainBars(next);
  if (names(document) !== names(next)) {
    keepFolds(next);
    document.querySelector('[data-live]').replaceWith(next.querySelector('[data-live]'));
  } else {
    for (const part of document.querySelectorAll('[data-part]')) {
      const other = next.querySelector(`[data-part="${part.dataset.part}"]`);
      const group = part.closest('summary')?.parentElement;
      keepOpen(part, other);
      const worse = group && other.parentElement.open && part.innerHTML !== other.innerHTML;
      if (worse) group.open = true;
      if (part.innerHTML !== other.innerHTML || part.className !== other.className) {
        part.className = other.className;
        part.replaceChildren(...other.childNodes);
      }
    }
  }
  document.title = next.title;
  document.querySelector('[data-favicon]').href = next.querySelector('[data-favicon]').href;
}

/** Lists that the reader opened stay open, whatever else of the part changes. */
function keepOpen(part, other) {
  const theirs = other.querySelectorAll('details');
  part.querySelectorAll('details').forEach((one, i) => theirs[i]?.toggleAttribute('open', one.open));
}

/** Groups that the reader opened stay open. */
function keepFolds(next) {
  for (const group of document.querySelectorAll('[data-group][open]')) {
    const other = next.querySelector(`[data-group="${group.dataset.group}"]`);
    if (other) other.open = true;
  }
}

function localise(root) {
  const hours = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short' };
  const full = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', ...hours });
  const short = new Intl.DateTimeFormat(language, hours);
  let before = null;
  for (const element of root.querySelectorAll('time')) {
    const at = new Date(element.dateTime);
    const sameDay = 'end' in element.dataset && at.toDateString() === before?.toDateString();
    element.textContent = (sameDay ? short : full).format(at);
    element.title = at.toISOString().replace('T', ' ').replace(/\..*/, ' UTC');
    before = at;
  }
  const note = root.querySelector('[data-zone]');
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (note && zone) note.textContent = note.dataset.zone.replace('#', zone.replaceAll('_', ' '));
}

/** Pointer or arrow keys on a row of bars: the day and what became of it. */
function explainBars(root) {
  for (const bars of root.querySelectorAll('[data-runs]')) {
    bars.tabIndex = 0;
    bars.setAttribute('role', 'group');
    bars.setAttribute('aria-label', bars.closest('li').querySelector('h3').textContent);
  }
}

const barsOf = (event) => event.target.closest?.('[data-runs]');
let shown = -1;

/** The date of a bar, as the page's calendar has it. */
function dateOf(day) {
  const date = new Date(`${list().dataset.from}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + day);
  return date;
}

function show(bars, day) {
  const shapes = [...bars.dataset.runs.matchAll(/([a-z])(\d*)/g)].flatMap(([, code, count]) =>
    Array(Number(count || 1)).fill(code),
  );
  const svg = bars.firstElementChild;
  shown = Math.max(0, Math.min(shapes.length - 1, day));
  const label = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
    dateOf(shown),
  );
  const own = svg.querySelector(`rect[x="${shown * 4}"]`);
  const title = own?.querySelector('title');
  // The browser's own tooltip would come on top of ours.
  if (title) {
    own.dataset.text = title.textContent;
    title.remove();
  }
  tip.textContent = own?.dataset.text ?? `${label}: ${JSON.parse(list().dataset.words)[shapes[shown]]}`;
  tip.hidden = false;
  document.body.append(tip);
  const box = svg.getBoundingClientRect();
  const x = box.left + ((shown + 0.5) / shapes.length) * box.width;
  const left = Math.max(
    8,
    Math.min(x - tip.offsetWidth / 2, document.documentElement.clientWidth - tip.offsetWidth - 8),
  );
  tip.style.left = `${left + scrollX}px`;
  tip.style.top = `${box.top + scrollY - tip.offsetHeight - 6}px`;
}

function hide() {
  tip.hidden = true;
  shown = -1;
}

/** Every day leads to what happened on it, also those that the page has no link for. */
function open(day) {
  const { history } = list().dataset;
  if (!history || day < 0) return;
  const date = dateOf(day).toISOString().slice(0, 10);
  const address = new URL(history, location.href);
  address.searchParams.set('month', date.slice(0, 7));
  address.hash = date;
  location.assign(address);
}

const dayUnder = (event, bars) => {
  const box = bars.firstElementChild.getBoundingClientRect();
  return Math.floor(((event.clientX - box.left) / box.width) * DAYS);
};

document.addEventListener('pointermove', (event) => {
  const bars = barsOf(event);
  if (bars) show(bars, dayUnder(event, bars));
  else if (document.activeElement?.dataset?.runs === undefined) hide();
});
document.addEventListener('click', (event) => {
  const bars = barsOf(event);
  const day = bars && dayUnder(event, bars);
  if (bars && !'nu'.includes(shapeAt(bars, day))) open(day);
});
document.addEventListener('keydown', (event) => {
  const bars = barsOf(event);
  if (!bars) return;
  const moves = {
    ArrowLeft: shown < 0 ? DAYS - 1 : shown - 1,
    ArrowRight: shown < 0 ? DAYS - 1 : shown + 1,
    Home: 0,
    End: DAYS - 1,
  };
  if (event.key in moves) {
    event.preventDefault();
    show(bars, moves[event.key]);
  } else if (event.key === 'Enter') open(shown);
  else if (event.key === 'Escape') hide();
});
document.addEventListener('focusout', (event) => barsOf(event) && hide());

/** The shape of a day; good days and those without data lead nowhere. */
function shapeAt(bars, day) {
  let left = day;
  for (const [, code, count] of bars.dataset.runs.matchAll(/([a-z])(\d*)/g)) {
    if (left < Number(count || 1)) return code;
    left -= Number(count || 1);
  }
  return 'n';
}
