// <time datetime data-time="time|date|clock|minute|day|moment|ago">: rewritten to the reader's zone, "ago" kept fresh.
const FORMATS = {
  time: { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  date: { day: 'numeric', month: 'short', year: 'numeric' },
  clock: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  minute: { hour: '2-digit', minute: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  moment: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' },
};
const UNITS = [
  [86400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
];

function ago(at) {
  const seconds = Math.round((Date.now() - at) / 1000);
  if (Math.abs(seconds) < 2) return 'just now';
  const [size, unit] = UNITS.find(([size]) => Math.abs(seconds) >= size);
  const figure = `${Math.floor(Math.abs(seconds) / size)} ${unit}`;
  return seconds > 0 ? `${figure} ago` : `in ${figure}`;
}

function write(element) {
  const at = new Date(element.dateTime);
  const style = element.dataset.time;
  element.textContent = style === 'ago' ? ago(at) : new Intl.DateTimeFormat('en-GB', FORMATS[style]).format(at);
  element.title = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' }).format(at);
}

/** Rewrites every time inside `root`; call it after putting new markup on the page. */
export function localiseTimes(root = document) {
  for (const element of root.querySelectorAll('time[data-time]')) write(element);
}

localiseTimes();
setInterval(() => {
  for (const element of document.querySelectorAll('time[data-time="ago"]')) write(element);
}, 15_000);
