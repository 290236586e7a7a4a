// [data-preview]: the page as it would be, in a frame beside the form. A new frame is loaded behind the one that is
// seen and takes its place with the same scroll position; there are no scripts in it, and its links lead nowhere.
const WAIT_MS = 450;
const pane = document.querySelector('[data-preview]');
const form = document.querySelector('[data-page-editor]');

if (pane && form) {
  const frames = pane.querySelector('[data-preview-frames]');
  const state = pane.querySelector('[data-preview-state]');
  const as = pane.querySelector('[data-preview-as]');
  let seen = null;
  let loading = null;
  let again = false;
  let timer;
  let count = 0;
  pane.hidden = false;

  const refresh = () => {
    clearTimeout(timer);
    // On small screens there is no pane, only the button.
    if (!pane.checkVisibility()) return;
    if (loading) {
      again = true;
      return;
    }
    again = false;
    loading = document.createElement('iframe');
    loading.name = `preview-${++count}`;
    loading.title = 'Preview of the page';
    loading.sandbox = 'allow-same-origin';
    loading.dataset.waiting = '';
    frames.append(loading);
    loading.addEventListener('load', arrived);
    send(loading.name, { frame: '1', as: as.value });
  };

  const arrived = (event) => {
    const frame = event.target;
    const drawn = frame.contentDocument;
    // The empty document a frame begins with.
    if (drawn?.URL === 'about:blank') return;
    frame.removeEventListener('load', arrived);
    loading = null;
    const refused = drawn?.documentElement.hasAttribute('data-refused');
    if (!drawn || refused) {
      state.textContent = refused ? drawn.body.textContent.trim() : 'Cannot be shown just now';
      frame.remove();
    } else {
      state.textContent = '';
      drawn.addEventListener('click', (click) => {
        const link = click.target.closest?.('a');
        if (link && !link.getAttribute('href')?.startsWith('#')) click.preventDefault();
      });
      const top = seen?.contentWindow?.scrollY ?? 0;
      delete frame.dataset.waiting;
      frame.contentWindow.scrollTo(0, top);
      seen?.remove();
      seen = frame;
    }
    if (again) refresh();
  };

  /** Posts the form as it stands to the preview, into a frame or a tab. */
  const send = (target, more) => {
    const copy = document.createElement('form');
    copy.method = 'post';
    copy.action = pane.dataset.preview;
    copy.target = target;
    copy.hidden = true;
    for (const [name, value] of [...new FormData(form), ...Object.entries(more)]) {
      const input = document.createElement('input');
      input.type = 'hidden';
      input.name = name;
      input.value = value;
      copy.append(input);
    }
    document.body.append(copy);
    copy.submit();
    copy.remove();
  };

  form.addEventListener('page-changed', () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, WAIT_MS);
  });
  as.addEventListener('change', refresh);
  addEventListener('resize', () => {
    if (!seen) refresh();
  });
  form.querySelector('[data-preview-tab]')?.addEventListener('click', (event) => {
    event.preventDefault();
    send('_blank', { as: as.value });
  });
  refresh();
}
