// [data-address]: says while an address is typed whether it is free, and which one near it is.
for (const root of document.querySelectorAll('[data-address]')) {
  const input = root.querySelector('input');
  const field = input?.closest('.field');
  if (!input || !field) continue;
  const said = document.createElement('p');
  said.className = 'help';
  said.setAttribute('role', 'status');
  field.append(said);
  const given = input.value;
  let timer;
  let asked = 0;

  input.addEventListener('input', () => {
    clearTimeout(timer);
    asked += 1;
    said.textContent = '';
    said.className = 'help';
    // The server's own words are about what was sent.
    field.querySelector('.error[id]')?.remove();
    input.removeAttribute('aria-invalid');
    if (input.value.trim() === '' || input.value === given) return;
    timer = setTimeout(ask, 300);
  });

  async function ask() {
    const turn = ++asked;
    const query = new URLSearchParams({ slug: input.value });
    if (root.dataset.address) query.set('page', root.dataset.address);
    const answer = await fetch(`/status-pages/address?${query}`).catch(() => null);
    if (!answer?.ok || turn !== asked) return;
    const { slug, problem, free } = await answer.json();
    if (turn !== asked) return;
    if (problem === null) {
      said.textContent = slug === input.value ? 'This address is free.' : `It will be “${slug}”, which is free.`;
      return;
    }
    said.className = 'error';
    said.textContent = `${problem} `;
    if (free === null) return;
    const take = document.createElement('button');
    take.type = 'button';
    take.className = 'link';
    take.textContent = 'Use it';
    take.addEventListener('click', () => {
      input.value = free;
      said.className = 'help';
      said.textContent = 'This address is free.';
      input.focus();
    });
    said.append(take);
  }
}
