// <time datetime data-time="time|date|clock|minute|day|moment|ago">: rewritten to the reader's zone, "ago" kept fresh.
// Written by hand, as the server does, so that nothing changes its width or spelling when the zone is applied.
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n) => String(n).padStart(2, '0');
const day = (at) => `${at.getDate()} ${MONTHS[at.getMonth()]}`;
const date = (at) => `${day(at)} ${at.getFullYear()}`;
const minute = (at) => `${two(at.getHours())}:${two(at.getMinutes())}`;
const clock = (at) => `${minute(at)}:${two(at.getSeconds())}`;
const FORMATS = {
  time: (at) => `${date(at)}, ${minute(at)}`,
  date,
  clock,
  minute,
  day,
  moment: (at) => `${day(at)}, ${clock(at)}`,
  ago,
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
  element.textContent = FORMATS[element.dataset.time](at);
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
