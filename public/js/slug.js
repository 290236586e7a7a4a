// The sign-up form says which address the status page will have while its name is typed.
for (const root of document.querySelectorAll('[data-slug]')) {
  const input = root.querySelector('input');
  const help = root.querySelector('.help');
  if (!input || !help) continue;
  const show = () => {
    const slug = input.value.trim().toLowerCase().replace(/\s+/g, '-') || input.placeholder;
    help.textContent = root.dataset.slug.replace('#', () => slug);
  };
  input.addEventListener('input', show);
  show();
}
