// Tests of channels without leaving the page: the server draws the page again, and only what it says of the test is
// taken over. Without this file the same forms are sent and the whole page is drawn.
async function ask(form, body) {
  const answer = await fetch(form.action, { method: 'POST', body });
  return new DOMParser().parseFromString(await answer.text(), 'text/html');
}

function say(region, found, otherwise) {
  if (found?.firstElementChild) return region.replaceChildren(...document.importNode(found, true).childNodes);
  region.innerHTML = '<p class="error"></p>';
  region.firstChild.textContent = otherwise;
}

async function test(region, button, form, body, pick) {
  button.disabled = true;
  region.textContent = 'Sending…';
  try {
    const next = await ask(form, body);
    const problem = next.querySelector('main .error') ?? next.querySelector('main [role=alert] p');
    say(region, pick(next), problem?.textContent.trim() || 'This could not be tested.');
  } catch {
    say(region, null, 'The server did not answer. Try again.');
  } finally {
    button.disabled = false;
  }
}

// Before the module that sends every form once, which must not see these as sent.
document.addEventListener(
  'submit',
  (event) => {
    const form = event.target;
    const button = event.submitter;
    const id = form.dataset.channelTest;
    if (id) {
      event.preventDefault();
      event.stopPropagation();
      form.closest('details')?.removeAttribute('open');
      const region = (root) => root.querySelector(`[data-tested="${CSS.escape(id)}"]`);
      void test(region(document), button ?? {}, form, new URLSearchParams(), region);
    } else if ('channelForm' in form.dataset && button?.matches('[data-test]')) {
      event.preventDefault();
      event.stopPropagation();
      const body = new URLSearchParams(new FormData(form));
      body.set('intent', 'test');
      const region = (root) => root.querySelector('[data-region="test"]');
      void test(region(document), button, form, body, region);
    }
  },
  true,
);
