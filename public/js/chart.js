// [data-chart]: the point under the pointer, or reached by the arrow keys, in words and with a line through it.
const readout = () => document.querySelector('[data-readout]');
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const ms = (value) => (value === null ? '–' : value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`);
const points = new WeakMap();
const position = new WeakMap();

function pointsOf(chart) {
  if (!points.has(chart)) points.set(chart, JSON.parse(chart.dataset.points));
  return points.get(chart);
}

function show(chart, index) {
  const list = pointsOf(chart);
  const point = list[Math.min(list.length - 1, Math.max(0, index))];
  if (!point) return;
  position.set(chart, list.indexOf(point));
  const cursor = chart.querySelector('[data-cursor]');
  cursor.setAttribute('x1', point.x);
  cursor.setAttribute('x2', point.x);
  cursor.setAttribute('visibility', 'visible');
  const failed = point.failed === 0 ? '' : point.checks === 1 ? ' · failed' : ` · ${point.failed} of ${point.checks} failed`;
  const high = point.p95 === null ? '' : ` · 95% within ${ms(point.p95)}`;
  readout().textContent = `${day.format(point.at)} · ${point.p50 === null ? 'no good answer' : ms(point.p50)}${high}${failed}`;
}

function leave(chart) {
  position.delete(chart);
  chart.querySelector('[data-cursor]')?.setAttribute('visibility', 'hidden');
  readout().textContent = '';
}

document.addEventListener('pointermove', (event) => {
  const chart = event.target.closest?.('[data-chart]');
  if (!chart) return;
  const plot = chart.querySelector('svg');
  const box = plot.getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * plot.viewBox.baseVal.width;
  const list = pointsOf(chart);
  let nearest = 0;
  for (const [i, point] of list.entries()) if (Math.abs(point.x - x) < Math.abs(list[nearest].x - x)) nearest = i;
  show(chart, nearest);
});

document.addEventListener('pointerout', (event) => {
  const chart = event.target.closest?.('[data-chart]');
  if (chart && !chart.contains(event.relatedTarget) && !chart.matches(':focus-visible')) leave(chart);
});

document.addEventListener('keydown', (event) => {
  const chart = event.target.closest?.('[data-chart]');
  if (!chart) return;
  const end = pointsOf(chart).length - 1;
  const at = position.get(chart);
  const moves = { ArrowLeft: at === undefined ? end : at - 1, ArrowRight: at === undefined ? 0 : at + 1, Home: 0, End: end };
  if (event.key in moves) {
    event.preventDefault();
    show(chart, moves[event.key]);
  } else if (event.key === 'Escape') leave(chart);
});

document.addEventListener('focusout', (event) => {
  if (event.target.matches?.('[data-chart]')) leave(event.target);
});
