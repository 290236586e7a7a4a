// The visitor's page: asks for news every ten seconds and swaps what changed, explains the bars, writes local times.
const PERIOD = 10_000;
const HIDDEN_PERIOD = 60_000;
const STALE_AFTER = 45_000;

const words = { u: 'no downtime', n: 'no data', w: 'degraded', s: 'short downtime', l: 'downtime', o: 'outage' };
const tip = Object.assign(document.createElement('div'), { className: 'tip', hidden: true });
tip.setAttribute('role', 'status');

localise(document);
explainBars(document);
watch();

function watch() {
  let etag = '';
  let freshAt = Date.now();
  let timer;
  const ask = async () => {
    clearTimeout(timer);
    try {
      // The browser asks with the tag of what it has; unchanged, nothing but headers travels.
      const answer = await fetch(location.pathname, { cache: 'no-cache' });
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

function noteAge(age) {
  const note = document.querySelector('[data-stale]');
  if (!note) return;
  note.hidden = age < STALE_AFTER;
  if (!note.hidden) note.textContent = `This page could not be refreshed for ${Math.round(age / 60_000) || 1} min and may be out of date.`;
}

/** Replaces the parts that differ; the rest keeps its place, its focus and its tooltip. */
function swap(next) {
  const theirs = (name) => next.querySelector(`[data-part="${name}"]`);
  const mine = [...document.querySelectorAll('[data-part]')].map((part) => part.dataset.part);
  const new_ = [...next.querySelectorAll('[data-part]')].map((part) => part.dataset.part);
  localise(next);
  explainBars(next);
  if (mine.join() !== new_.join()) {
    document.querySelector('[data-live]').replaceWith(next.querySelector('[data-live]'));
  } else {
    for (const part of document.querySelectorAll('[data-part]')) {
      const other = theirs(part.dataset.part);
      if (part.innerHTML !== other.innerHTML || part.className !== other.className) {
        part.className = other.className;
        part.replaceChildren(...other.childNodes);
      }
    }
  }
  document.title = next.title;
  document.querySelector('[data-favicon]').href = next.querySelector('[data-favicon]').href;
}

function localise(root) {
  const full = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  });
  const short = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
  for (const element of root.querySelectorAll('time')) {
    const at = new Date(element.dateTime);
    const first = element.closest('article')?.querySelector('time');
    const sameDay = first && at.toDateString() === new Date(first.dateTime).toDateString();
    element.textContent = first !== element && sameDay ? short.format(at) : full.format(at);
    element.title = at.toISOString().replace('T', ' ').replace(/\..*/, ' UTC');
  }
  const note = root.querySelector('[data-zone]');
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (note && zone) note.textContent = `Times in ${zone.replaceAll('_', ' ')}. Bars are UTC days.`;
}

/** Pointer or arrow keys on a row of bars: the day and what became of it. */
function explainBars(root) {
  for (const bars of root.querySelectorAll('[data-runs]')) {
    const name = bars.closest('li').querySelector('h3').textContent;
    bars.tabIndex = 0;
    bars.setAttribute('role', 'group');
    bars.setAttribute('aria-label', `${name}, day by day: use the arrow keys`);
  }
}

const barsOf = (event) => event.target.closest?.('[data-runs]');
let shown = -1;

function show(bars, day) {
  const days = [...bars.dataset.runs.matchAll(/([a-z])(\d+)/g)].flatMap(([, code, count]) => Array(Number(count)).fill(code));
  const svg = bars.firstElementChild;
  shown = Math.max(0, Math.min(days.length - 1, day));
  const date = new Date(`${bars.closest('[data-from]').dataset.from}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + shown);
  const label = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(date);
  const own = svg.querySelector(`rect[x="${shown * 4}"]`);
  const title = own?.querySelector('title');
  // The browser's own tooltip would come on top of ours.
  if (title) {
    own.dataset.text = title.textContent;
    title.remove();
  }
  tip.textContent = own?.dataset.text ?? `${label}: ${words[days[shown]]}`;
  tip.hidden = false;
  document.body.append(tip);
  const box = svg.getBoundingClientRect();
  const x = box.left + ((shown + 0.5) / days.length) * box.width;
  const left = Math.max(8, Math.min(x - tip.offsetWidth / 2, document.documentElement.clientWidth - tip.offsetWidth - 8));
  tip.style.left = `${left + scrollX}px`;
  tip.style.top = `${box.top + scrollY - tip.offsetHeight - 6}px`;
}

function hide() {
  tip.hidden = true;
  shown = -1;
}

document.addEventListener('pointermove', (event) => {
  const bars = barsOf(event);
  if (!bars) return document.activeElement?.dataset?.runs === undefined && hide();
  const box = bars.firstElementChild.getBoundingClientRect();
  show(bars, Math.floor(((event.clientX - box.left) / box.width) * 90));
});
document.addEventListener('keydown', (event) => {
  const bars = barsOf(event);
  if (!bars) return;
  const moves = { ArrowLeft: shown < 0 ? 89 : shown - 1, ArrowRight: shown < 0 ? 89 : shown + 1, Home: 0, End: 89 };
  if (event.key in moves) {
    event.preventDefault();
    show(bars, moves[event.key]);
  } else if (event.key === 'Escape') hide();
});
document.addEventListener('focusout', (event) => barsOf(event) && hide());
