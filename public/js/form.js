// Every POST form is sent once: a second press while the answer is on its way does nothing.
const busy = new Set();

document.addEventListener('submit', (event) => {
  const form = event.target;
  // Not form.method: that is the input when a form has one of that name, as the one for HTTP monitors does.
  if (event.defaultPrevented || form.getAttribute('method')?.toLowerCase() !== 'post') return;
  if (busy.has(form)) {
    event.preventDefault();
    return;
  }
  busy.add(form);
  const button = event.submitter ?? form.querySelector('[type=submit]');
  button?.setAttribute('aria-busy', 'true');
});

// Coming back by the back button shows the page as it was left, marks included.
addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  busy.clear();
  for (const button of document.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy');
});

// After a refused form the first wrong field is where the person continues.
document.querySelector('[aria-invalid="true"]')?.focus();
