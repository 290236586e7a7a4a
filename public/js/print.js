// <button data-print hidden>: the browser's own dialogue, which also makes a PDF.
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}
