import type { EntryWords } from './index.ts';

export const de: EntryWords = {
  footer: 'StatusPing, Verfügbarkeitsüberwachung, die Sie selbst betreiben können',
  optional: 'freiwillig',
  language: 'Sprache',
  email: 'E-Mail-Adresse',
  password: 'Passwort',
  passwordHelp: 'Mindestens 8 Zeichen.',
  logIn: {
    title: 'Anmelden',
    lead: 'Alles auf einen Blick.',
    forgot: 'Passwort vergessen?',
    newHere: 'Neu hier?',
    create: 'Konto anlegen',
  },
  signUp: {
    title: 'Registrieren',
    heading: 'Legen Sie Ihr Konto an',
    lead: 'Überwachung, Benachrichtigungen und eine öffentliche Statusseite in einer Minute.',
    emailHelp: 'Benachrichtigungen gehen hierhin, sobald Sie die Adresse bestätigt haben.',
    name: 'Name',
    nameHelp: 'Sie oder Ihr Unternehmen; der Titel Ihrer Statusseite.',
    slug: 'Adresse Ihrer Statusseite',
    slugHelp: (address) => `Buchstaben, Ziffern und Bindestriche. Ihre Kunden öffnen ${address}`,
    button: 'Konto anlegen',
    haveAccount: 'Sie haben schon ein Konto?',
  },
  reset: {
    title: 'Passwort zurücksetzen',
    lead: 'Wir senden Ihnen einen Link, über den Sie ein neues wählen.',
    button: 'Link senden',
    back: 'Zurück zur Anmeldung',
    sentHeading: 'Sehen Sie in Ihr Postfach',
    sent: 'Wenn es ein Konto mit dieser Adresse gibt, ist eine E-Mail mit einem Link unterwegs. Der Link gilt eine Stunde.',
    nothing: 'Nach einigen Minuten noch nichts da? Sehen Sie im Spam-Ordner nach.',
    again: 'Erneut anfordern',
  },
  newPassword: {
    title: 'Neues Passwort wählen',
    lead: (email) => `Für ${email}. Alle Sitzungen werden beendet, und dieser Link funktioniert nur einmal.`,
    label: 'Neues Passwort',
    button: 'Passwort speichern',
    ask: 'Neuen Link anfordern',
    changed: 'Ihr Passwort ist geändert, und alle Sitzungen sind beendet. Melden Sie sich mit dem neuen an.',
  },
  verify: {
    title: 'Adresse bestätigen',
    lead: (email) => `Benachrichtigungen gehen an ${email}.`,
    button: 'Bestätigen',
    done: (email) => `${email} ist bestätigt. Benachrichtigungen gehen ab jetzt dorthin.`,
    help: 'Falls Ihre Adresse noch nicht bestätigt ist, können Sie auf der Übersicht einen neuen Link anfordern.',
    dashboard: 'Zu den Monitoren',
  },
  dead: {
    heading: 'Dieser Link funktioniert nicht mehr',
    text: 'Er wurde verwendet, durch einen neueren ersetzt oder ist zu alt.',
  },
  tooMany: (wait) => `Zu viele Versuche. Versuchen Sie es in ${wait} erneut.`,
  sentences: {
    'That is not an e-mail address.': 'Das ist keine E-Mail-Adresse.',
    'Give your e-mail address.': 'Geben Sie Ihre E-Mail-Adresse ein.',
    'Choose a password.': 'Wählen Sie ein Passwort.',
    'Give your password.': 'Geben Sie Ihr Passwort ein.',
    'That is too long.': 'Das ist zu lang.',
    'Choose an address for your page.': 'Wählen Sie eine Adresse für Ihre Seite.',
    'Use at least # characters.': 'Verwenden Sie mindestens # Zeichen.',
    'Use at most # characters.': 'Verwenden Sie höchstens # Zeichen.',
    'A password cannot hold a NUL character.': 'Ein Passwort darf kein NUL-Zeichen enthalten.',
    'That is too long: at most # bytes (about # Latin letters) are taken into account.':
      'Das ist zu lang: Höchstens # Bytes (etwa # lateinische Buchstaben) werden berücksichtigt.',
    'Use letters a to z, digits and hyphens only.':
      'Verwenden Sie nur Buchstaben von a bis z, Ziffern und Bindestriche.',
    'A hyphen cannot be first or last.': 'Ein Bindestrich darf nicht am Anfang oder Ende stehen.',
    'Use single hyphens.': 'Verwenden Sie einzelne Bindestriche.',
    '"#" is reserved.': '„#“ ist reserviert.',
    '"#" is taken.': '„#“ ist vergeben.',
    '"#" is free.': '„#“ ist frei.',
    'There is an account with this address already. Log in, or reset its password.':
      'Mit dieser Adresse gibt es bereits ein Konto. Melden Sie sich an oder setzen Sie das Passwort zurück.',
    'The address or the password is wrong.': 'Adresse oder Passwort ist falsch.',
    'You are not a member of any account any more.': 'Sie gehören zu keinem Konto mehr.',
    'New accounts cannot be made here. Ask whoever runs this StatusPing.':
      'Hier können keine neuen Konten angelegt werden. Wenden Sie sich an die Betreiber dieses StatusPing.',
    'You need an invitation to sign up here. Ask whoever runs this StatusPing.':
      'Für die Registrierung brauchen Sie hier eine Einladung. Wenden Sie sich an die Betreiber dieses StatusPing.',
    'This link does not work any more: it was used, replaced by a newer one or is over an hour old.':
      'Dieser Link funktioniert nicht mehr: Er wurde verwendet, durch einen neueren ersetzt oder ist über eine Stunde alt.',
    'This link does not work any more. Ask for a new one in your settings.':
      'Dieser Link funktioniert nicht mehr. Fordern Sie in Ihren Einstellungen einen neuen an.',
  },
};
