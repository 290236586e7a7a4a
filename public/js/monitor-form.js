// [data-monitor-form]: test and preview without leaving the page. The server draws the form again as it stands, and
// only the regions that say something about it are taken over; what was typed stays as typed.
const form = document.querySelector('[data-monitor-form]');
let latest = 0;

async function draw(intent, regions) {
  const turn = ++latest;
  const body = new URLSearchParams(new FormData(form));
  body.set('intent', intent);
  const answer = await fetch(form.action, { method: 'POST', body });
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
  // An older answer that comes late is about values that have changed since.
  if (turn !== latest) return;
  for (const key of regions) {
    const region = form.querySelector(`[data-region="${key}"]`);
    const fresh = next.querySelector(`[data-region="${key}"]`);
    if (region && fresh && !region.contains(document.activeElement)) region.replaceWith(document.importNode(fresh, true));
  }
  return next;
}

// Before the module that sends every form once, which must not see this one as sent.
form.addEventListener('submit', async (event) => {
  const button = event.submitter;
  if (!button?.matches('[data-test]')) return;
  event.preventDefault();
  const panel = () => form.querySelector('[data-region="test"]');
  button.disabled = true;
  panel().textContent = 'Checking…';
  try {
    const next = await draw('test', ['test']);
    const problem = next?.querySelector('.error') ?? next?.querySelector('[role=alert] p');
    if (next && !next.querySelector('[data-region="test"]')?.firstElementChild) {
      panel().innerHTML = '<p class="error"></p>';
      panel().firstChild.textContent = problem?.textContent.trim() || 'This could not be tested.';
    }
  } catch {
    panel().textContent = 'The server did not answer. Try again.';
  } finally {
    button.disabled = false;
  }
});

// Another kind: the server draws its form with what was typed. Without this the link opens an empty form of that kind.
form.addEventListener('click', (event) => {
  const link = event.target.closest('[data-kind]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  form.elements.namedItem('type').value = link.dataset.kind;
  void switchKind(link.href);
});

async function switchKind(address) {
  const body = new URLSearchParams(new FormData(form));
  body.set('intent', 'kind');
  const answer = await fetch(form.action, { method: 'POST', body }).catch(() => null);
  const text = answer && (await answer.text());
  const fresh = text && new DOMParser().parseFromString(text, 'text/html').querySelector('[data-monitor-form]');
  if (!fresh) return location.assign(address);
  form.replaceChildren(...document.importNode(fresh, true).childNodes);
  history.replaceState(null, '', address);
  form.querySelector('[aria-current]')?.focus();
}

const TELLING = ['target', 'interval_seconds', 'timeout_seconds', 'failure_threshold', 'config.grace_seconds', 'config.cron', 'tags'];

form.addEventListener('change', (event) => {
  const { name } = event.target;
  if (TELLING.includes(name)) {
    void draw('preview', ['told', 'name', 'rules']).catch(() => {});
  }
});
