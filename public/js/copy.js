// <button data-copy="text" hidden>: shown only where the clipboard can be written.
const restore = (label, before) => () => {
  label.textContent = before;
};

if (navigator.clipboard) {
  for (const button of document.querySelectorAll('[data-copy]')) {
    const label = button.querySelector('span') ?? button;
    const before = label.textContent;
    button.hidden = false;
    button.setAttribute('aria-live', 'polite');
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        label.textContent = 'Copied';
      } catch {
        label.textContent = 'Select and copy by hand';
      }
      setTimeout(restore(label, before), 2000);
    });
  }
}
