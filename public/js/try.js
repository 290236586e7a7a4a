// "Try it" of the API reference: sends the form as a request from this page and shows what comes back. The token is read
// from its field at each request and kept nowhere.
const SHOWN = 200_000;
const token = document.querySelector('#try-token');

function addressOf(form) {
  const query = new URLSearchParams();
  let path = form.dataset.path;
  for (const field of form.querySelectorAll('[data-in]')) {
    if (field.dataset.in === 'path') path = path.replace(`{${field.name}}`, encodeURIComponent(field.value.trim()));
    if (field.dataset.in === 'query' && field.value !== '') query.append(field.name, field.value);
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

function requestOf(form) {
  const headers = { accept: 'application/json' };
  for (const field of form.querySelectorAll('[data-in="header"]')) {
    if (field.value !== '') headers[field.name] = field.value;
  }
  const given = token.value.trim();
  if (given !== '') headers.authorization = `Bearer ${given}`;
  const body = form.querySelector('[data-body]')?.value.trim() || undefined;
  if (body !== undefined) headers['content-type'] = 'application/json';
  // A token speaks for itself; without one the page's own session is asked.
  return {
    method: form.dataset.method,
    headers,
    body,
    credentials: given === '' ? 'same-origin' : 'omit',
    redirect: 'manual',
  };
}

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function show(box, status, took, headers, text) {
  box.hidden = false;
  box.querySelector('[data-status]').textContent = status;
  box.querySelector('[data-took]').textContent = took;
  const lines = box.querySelector('[data-headers]');
  lines.textContent = headers;
  lines.hidden = headers === '';
  const body = box.querySelector('[data-answer]');
  body.textContent = text.length > SHOWN ? `${text.slice(0, SHOWN)}\n… ${text.length - SHOWN} more characters` : text;
  body.hidden = text === '';
}

async function send(form, box) {
  const from = performance.now();
  try {
    const answer = await fetch(addressOf(form), requestOf(form));
    const text = readable(await answer.text());
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    show(
      box,
      `${answer.status} ${answer.statusText}`.trim(),
      `in ${Math.round(performance.now() - from)} ms`,
      headers,
      text,
    );
  } catch (error) {
    show(box, 'No answer', '', '', String(error));
  }
}

const around = document.querySelector('[data-try-token]');
around.hidden = false;
around.addEventListener('submit', (event) => event.preventDefault());
for (const fold of document.querySelectorAll('[data-try]')) {
  fold.hidden = false;
  const form = fold.querySelector('form');
  const button = form.querySelector('button[type="submit"]');
  form.addEventListener('submit', async (event) => {
    // What deletes is asked for once more, by confirm.js, which then submits again.
    if (form.dataset.confirm && !form.dataset.confirmed) return;
    event.preventDefault();
    delete form.dataset.confirmed;
    button.disabled = true;
    await send(form, fold.querySelector('.try-answer'));
    button.disabled = false;
  });
}
