/**
 * What people read before they are logged in: log-in, sign-up, a new password, an address to confirm. This catalogue
 * decides which keys there are; all others are checked against it by the compiler.
 */
export const en = {
  footer: 'StatusPing, uptime monitoring you can run yourself',
  optional: 'optional',
  language: 'Language',
  email: 'E-mail',
  password: 'Password',
  passwordHelp: 'At least 8 characters.',
  logIn: {
    title: 'Log in',
    lead: 'See what is up.',
    forgot: 'Forgot your password?',
    newHere: 'New here?',
    create: 'Create an account',
    demo: 'Look at a demo',
  },
  code: {
    title: 'Enter your code',
    lead: 'This log-in has a second step.',
    label: 'Code',
    help: 'Six digits from your authenticator app, or one of your recovery codes.',
    back: 'Start again',
    lost: 'Neither at hand? Whoever runs this StatusPing can switch the second step off.',
    late: 'That took too long. Log in again.',
  },
  passkey: {
    button: 'Log in with a passkey',
    failed: 'The passkey was not taken. Try once more, or use your password.',
  },
  provider: {
    button: (name: string) => `Log in at ${name}`,
    /** Why nobody was let in. */
    refused: {
      away: 'The sign-in service does not answer. Try again in a few minutes, or log in with your password.',
      failed: 'That sign-in was not accepted. Try once more, or log in with your password.',
      cancelled: 'The sign-in was called off. Nothing was opened.',
      late: 'That sign-in took too long, was finished already or began in another browser. Start again.',
      unverified: 'The sign-in service has not confirmed your e-mail address, so nothing was opened.',
      unconfirmed:
        'There is a log-in with your address that nobody has confirmed. Choose “Forgot your password?” first; after that you can sign in this way.',
      taken: 'The log-in with your address is connected to another person of the sign-in service.',
    },
  },
  signUp: {
    title: 'Sign up',
    heading: 'Create your account',
    lead: 'Monitors, alerts and a public status page in a minute.',
    emailHelp: 'Alerts go here once you have confirmed it.',
    name: 'Name',
    nameHelp: 'You or your company; the title of your status page.',
    slug: 'Address of your status page',
    slugHelp: (address: string) => `Letters, digits and hyphens. Customers will open ${address}`,
    button: 'Create account',
    haveAccount: 'Have an account?',
  },
  reset: {
    title: 'Reset your password',
    lead: 'We send you a link that lets you choose a new one.',
    button: 'Send the link',
    back: 'Back to log-in',
    sentHeading: 'Look into your mailbox',
    sent: 'If there is an account with this address, a mail with a link is on its way. The link works for an hour.',
    nothing: 'Nothing after a few minutes? Look into the spam folder.',
    again: 'Ask again',
  },
  newPassword: {
    title: 'Choose a new password',
    lead: (email: string) => `For ${email}. Every session ends, and this link works once.`,
    label: 'New password',
    button: 'Save the password',
    ask: 'Ask for a new link',
    changed: 'Your password is changed and every session has ended. Log in with the new one.',
  },
  verify: {
    title: 'Confirm your address',
    lead: (email: string) => `Alerts will go to ${email}.`,
    button: 'Confirm',
    done: (email: string) => `${email} is confirmed. Alerts go there from now on.`,
    help: 'If your address is not confirmed yet, a banner on your dashboard sends another link.',
    dashboard: 'Go to monitors',
  },
  dead: {
    heading: 'This link does not work any more',
    text: 'It was used, replaced by a newer one, or it is too old.',
  },
  tooMany: (wait: string) => `Too many tries. Try again in ${wait}.`,
  /** What forms are refused with, by the English sentence; `#` stands for what differs. */
  sentences: {
    'That is not an e-mail address.': 'That is not an e-mail address.',
    'Give your e-mail address.': 'Give your e-mail address.',
    'Choose a password.': 'Choose a password.',
    'Give your password.': 'Give your password.',
    'That is too long.': 'That is too long.',
    'Choose an address for your page.': 'Choose an address for your page.',
    'Use at least # characters.': 'Use at least # characters.',
    'Use at most # characters.': 'Use at most # characters.',
    'A password cannot hold a NUL character.': 'A password cannot hold a NUL character.',
    'That is too long: at most # bytes (about # Latin letters) are taken into account.':
      'That is too long: at most # bytes (about # Latin letters) are taken into account.',
    'Use letters a to z, digits and hyphens only.': 'Use letters a to z, digits and hyphens only.',
    'A hyphen cannot be first or last.': 'A hyphen cannot be first or last.',
    'Use single hyphens.': 'Use single hyphens.',
    '"#" is reserved.': '"#" is reserved.',
    '"#" is taken.': '"#" is taken.',
    '"#" is free.': '"#" is free.',
    'There is an account with this address already. Log in, or reset its password.':
      'There is an account with this address already. Log in, or reset its password.',
    'That code is wrong, too old or was used before.': 'That code is wrong, too old or was used before.',
    'Give the code.': 'Give the code.',
    'The address or the password is wrong.': 'The address or the password is wrong.',
    'You are not a member of any account any more.': 'You are not a member of any account any more.',
    'New accounts cannot be made here. Ask whoever runs this StatusPing.':
      'New accounts cannot be made here. Ask whoever runs this StatusPing.',
    'You need an invitation to sign up here. Ask whoever runs this StatusPing.':
      'You need an invitation to sign up here. Ask whoever runs this StatusPing.',
    'This link does not work any more: it was used, replaced by a newer one or is over an hour old.':
      'This link does not work any more: it was used, replaced by a newer one or is over an hour old.',
    'This link does not work any more. Ask for a new one in your settings.':
      'This link does not work any more. Ask for a new one in your settings.',
  },
};
