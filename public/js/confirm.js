// <form data-confirm="Delete this channel?" data-confirm-button="Delete">: asks once more before it is sent.
const dialog = document.createElement('dialog');
dialog.className = 'dialog';
const text = dialog.appendChild(document.createElement('p'));
const row = dialog.appendChild(document.createElement('form'));
row.method = 'dialog';
row.className = 'btn-row';
const yes = row.appendChild(document.createElement('button'));
yes.className = 'btn btn-danger-solid';
yes.value = 'yes';
const no = row.appendChild(document.createElement('button'));
no.className = 'btn btn-quiet';
no.textContent = 'Cancel';
text.id = 'confirm-text';
dialog.setAttribute('aria-labelledby', text.id);

document.addEventListener(
  'submit',
  (event) => {
    const form = event.target;
    const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (!question || form.dataset.confirmed) return;
    event.preventDefault();
    const { submitter } = event;
    text.textContent = question;
    yes.textContent = submitter?.dataset.confirmButton ?? form.dataset.confirmButton ?? 'Yes, go on';
    document.body.append(dialog);
    dialog.returnValue = '';
    dialog.showModal();
    no.focus();
    dialog.onclose = () => {
      if (dialog.returnValue !== 'yes') return;
      form.dataset.confirmed = 'yes';
      form.requestSubmit(submitter);
    };
  },
  true,
);
