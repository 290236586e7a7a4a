// Passkeys: <form data-passkey-add> makes one, <button data-passkey-log-in> logs in with one. Both stay hidden where the
// browser has none, and everything else on their pages works without them.
const adding = document.querySelector('[data-passkey-add]');
const entering = document.querySelector('[data-passkey-log-in]');

if (window.PublicKeyCredential && adding) offerToAdd(adding);
if (window.PublicKeyCredential && entering) offerToEnter(entering);

function offerToAdd(form) {
  form.hidden = false;
  document.querySelector('[data-passkey-none]')?.remove();
  const problem = form.querySelector('[data-passkey-problem]');
  const button = form.querySelector('[type=submit]');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const name = form.elements.namedItem('name').value;
    const password = form.elements.namedItem('password')?.value ?? '';
    await once(button, problem, 'No passkey was made. Try again, or use another device.', async () => {
      const { startRegistration } = await import(form.dataset.library);
      const optionsJSON = await ask('/auth/passkeys/options', { name, password });
      const response = await startRegistration({ optionsJSON });
      return ask('/auth/passkeys', { name, response });
    });
  });
}

function offerToEnter(button) {
  const { library, next, failed } = button.dataset;
  const problem = document.querySelector('[data-passkey-problem]');
  button.hidden = false;
  button.addEventListener('click', () =>
    once(button, problem, failed, async () => {
      const { startAuthentication } = await import(library);
      const optionsJSON = await ask('/auth/passkeys/login/options', {});
      const response = await startAuthentication({ optionsJSON });
      return ask('/auth/passkeys/login', { response, next });
    }),
  );
}

/** Does the work once at a time and goes where its answer leads, or says why not. */
async function once(button, problem, failed, work) {
  if (button.getAttribute('aria-busy')) return;
  button.setAttribute('aria-busy', 'true');
  problem.hidden = true;
  try {
    const { location: to } = await work();
    location.assign(to);
  } catch (error) {
    problem.textContent = error instanceof Refused && button.dataset.failed === undefined ? error.message : failed;
    problem.hidden = false;
    button.removeAttribute('aria-busy');
  }
}

class Refused extends Error {}

async function ask(path, body) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Refused(said.detail);
  return said;
}
