// [data-live-page]: the server says that something changed, the page is fetched anew, and every [data-region] whose
// markup differs is put in its place. Forms, scroll position and focus stay where they are.
const HIDDEN_PAUSE_MS = 15_000;
const STATE_PAUSE_MS = 1_000;
/** Figures that move with every check can wait a little; on a large account they move all the time. */
const FIGURES_PAUSE_MS = 5_000;
const dots = () => document.querySelectorAll('.live[data-live]');
const known = new Map();
let timer = null;
let due = 0;
let busy = false;
let again = false;
let leaving = false;
let refreshedAt = 0;

function say(state, words) {
  for (const dot of dots()) {
    dot.dataset.live = state;
    dot.textContent = words;
  }
}

/** The markup without what only the passing of time changes. */
const essence = (element) => element.outerHTML.replace(/(<time[^>]*data-time="ago"[^>]*?)(?: title="[^"]*")?>[^<]*/g, '$1>');

/** A region somebody works in is left alone until the next time. */
function inUse(region) {
  return region.querySelector('details.menu[open]') || region.matches(':has(input:focus, textarea:focus, select:focus)');
}

async function refresh() {
  if (busy || leaving) {
    again = busy;
    return;
  }
  busy = true;
  refreshedAt = Date.now();
  try {
    const answer = await fetch(location.href, { headers: { 'X-Live': '1' }, redirect: 'manual' });
    if (answer.type === 'opaqueredirect' || answer.status === 401) return location.reload();
    if (!answer.ok || leaving) return;
    show(new DOMParser().parseFromString(await answer.text(), 'text/html'));
  } catch {
    // The stream's own state already says that the server cannot be reached.
  } finally {
    busy = false;
    if (again) plan();
    again = false;
  }
}

async function show(next) {
  document.title = next.title;
  const icon = document.querySelector('link[data-favicon]');
  const nextIcon = next.querySelector('link[data-favicon]');
  if (icon && nextIcon && icon.getAttribute('href') !== nextIcon.getAttribute('href')) icon.href = nextIcon.getAttribute('href');
  const focus = focusMark();
  for (const region of document.querySelectorAll('[data-region]')) {
    if (!region.isConnected) continue;
    const fresh = next.querySelector(`[data-region="${CSS.escape(region.dataset.region)}"]`);
    if (!fresh || region.hasAttribute('data-region-keep')) continue;
    if (region.hasAttribute('data-region-list')) syncList(region, fresh);
    else swap(region, fresh);
  }
  if (document.querySelectorAll('[data-region]').length !== next.querySelectorAll('[data-region]').length) keepFrames(next);
  const { localiseTimes } = await import(document.querySelector('script[src*="/js/time.js"]').src);
  localiseTimes();
  focus?.();
  document.dispatchEvent(new Event('live:shown'));
}

function swap(region, fresh) {
  const markup = essence(fresh);
  const key = region.dataset.region;
  if (known.get(key) === markup || inUse(region)) return;
  const first = !known.has(key);
  known.set(key, markup);
  // The first time the page itself is what the server sent, but for the times that were rewritten to the reader's zone.
  if (first && plain(region) === plain(fresh)) return;
  const unfolded = [...region.querySelectorAll('details[id][open]')].map((one) => one.id);
  region.replaceWith(document.importNode(fresh, true));
  for (const id of unfolded) document.getElementById(id)?.setAttribute('open', '');
}

const plain = (element) => element.outerHTML.replace(/<time[^>]*>[^<]*/g, '<time>').replace(/ (aria-busy|data-title|class)="[^"]*"/g, '');

/** Children by their own region keys: kept ones move, new ones come, missing ones go. */
function syncList(list, fresh) {
  const wanted = [...fresh.children].map((child) => child.dataset.region);
  for (const child of [...list.children]) if (!wanted.includes(child.dataset.region)) child.remove();
  let before = list.firstElementChild;
  for (const child of fresh.children) {
    const present = [...list.children].find((one) => one.dataset.region === child.dataset.region);
    if (present === before && present) before = before.nextElementSibling;
    else list.insertBefore(present ?? document.importNode(child, true), before);
  }
}

/** A frame whose inner regions came or went (an empty list that filled) is put in place as a whole. */
function keepFrames(next) {
  for (const frame of document.querySelectorAll('[data-region-keep]')) {
    const fresh = next.querySelector(`[data-region="${CSS.escape(frame.dataset.region)}"]`);
    const keys = (root) => [...root.querySelectorAll(':scope > [data-region], :scope > table [data-region-list]')].map((one) => one.dataset.region).join();
    if (fresh && keys(frame) !== keys(fresh) && !inUse(frame)) frame.replaceWith(document.importNode(fresh, true));
  }
}

/** Remembers what has focus by what it is, so that its successor gets it. */
function focusMark() {
  const { activeElement } = document;
  const region = activeElement?.closest('[data-region]');
  if (!region) return null;
  const { region: key } = region.dataset;
  const at = [...region.querySelectorAll('a, button, summary, [tabindex]')].indexOf(activeElement);
  return () => {
    if (activeElement.isConnected) return;
    const successor = document.querySelector(`[data-region="${CSS.escape(key)}"]`);
    successor?.querySelectorAll('a, button, summary, [tabindex]')[at]?.focus({ preventScroll: true });
  };
}

function plan(pause = STATE_PAUSE_MS) {
  const at = refreshedAt + (document.hidden ? HIDDEN_PAUSE_MS : pause);
  if (timer !== null) {
    if (due <= at) return;
    clearTimeout(timer);
  }
  due = at;
  timer = setTimeout(() => {
    timer = null;
    void refresh();
  }, Math.max(100, at - Date.now()));
}

function connect() {
  const source = new EventSource('/live');
  let wasOpen = false;
  source.addEventListener('open', () => {
    say('on', 'Live');
    // What happened while the stream was away is fetched once.
    if (wasOpen) plan();
    wasOpen = true;
  });
  source.addEventListener('change', (event) => {
    const { types } = JSON.parse(event.data);
    plan(types.every((type) => type === 'result') ? FIGURES_PAUSE_MS : STATE_PAUSE_MS);
  });
  source.addEventListener('error', () => {
    say('off', 'Reconnecting…');
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => {
      connect();
      plan();
    }, 15_000);
  });
  addEventListener('pagehide', () => source.close(), { once: true });
}

if (document.querySelector('[data-live-page]')) {
  // A page on its way out must not eat the message that waits for the next one.
  document.addEventListener('submit', (event) => {
    leaving = !event.defaultPrevented;
  });
  addEventListener('pageshow', (event) => {
    leaving = false;
    if (event.persisted) {
      connect();
      plan();
    }
  });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && timer !== null) plan();
  });
  connect();
}
