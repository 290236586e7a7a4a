import type { EntryWords } from './index.ts';

export const fr: EntryWords = {
  footer: 'StatusPing, la surveillance de disponibilité que vous pouvez héberger vous-même',
  optional: 'facultatif',
  language: 'Langue',
  email: 'Adresse e-mail',
  password: 'Mot de passe',
  passwordHelp: '8 caractères au minimum.',
  logIn: {
    title: 'Se connecter',
    lead: 'Voyez ce qui fonctionne.',
    forgot: 'Mot de passe oublié ?',
    newHere: 'Pas encore inscrit ?',
    create: 'Créer un compte',
  },
  signUp: {
    title: 'S’inscrire',
    heading: 'Créez votre compte',
    lead: 'Surveillance, alertes et page d’état publique en une minute.',
    emailHelp: 'Les alertes y seront envoyées une fois l’adresse confirmée.',
    name: 'Nom',
    nameHelp: 'Vous ou votre entreprise ; ce sera le titre de votre page d’état.',
    slug: 'Adresse de votre page d’état',
    slugHelp: (address) => `Lettres, chiffres et traits d’union. Vos clients ouvriront ${address}`,
    button: 'Créer le compte',
    haveAccount: 'Vous avez déjà un compte ?',
  },
  reset: {
    title: 'Réinitialiser le mot de passe',
    lead: 'Nous vous envoyons un lien pour en choisir un nouveau.',
    button: 'Envoyer le lien',
    back: 'Retour à la connexion',
    sentHeading: 'Consultez votre messagerie',
    sent: 'S’il existe un compte avec cette adresse, un e-mail contenant un lien est en route. Le lien est valable une heure.',
    nothing: 'Rien après quelques minutes ? Regardez dans les courriers indésirables.',
    again: 'Redemander',
  },
  newPassword: {
    title: 'Choisissez un nouveau mot de passe',
    lead: (email) => `Pour ${email}. Toutes les sessions seront fermées et ce lien ne fonctionne qu’une fois.`,
    label: 'Nouveau mot de passe',
    button: 'Enregistrer le mot de passe',
    ask: 'Demander un nouveau lien',
    changed: 'Votre mot de passe est modifié et toutes les sessions sont fermées. Connectez-vous avec le nouveau.',
  },
  verify: {
    title: 'Confirmez votre adresse',
    lead: (email) => `Les alertes seront envoyées à ${email}.`,
    button: 'Confirmer',
    done: (email) => `${email} est confirmée. Les alertes y seront désormais envoyées.`,
    help: 'Si votre adresse n’est pas encore confirmée, un bandeau de votre tableau de bord permet d’envoyer un autre lien.',
    dashboard: 'Aller aux moniteurs',
  },
  dead: {
    heading: 'Ce lien ne fonctionne plus',
    text: 'Il a été utilisé, remplacé par un plus récent, ou il est trop ancien.',
  },
  tooMany: (wait) => `Trop de tentatives. Réessayez dans ${wait}.`,
  sentences: {
    'That is not an e-mail address.': 'Ce n’est pas une adresse e-mail.',
    'Give your e-mail address.': 'Indiquez votre adresse e-mail.',
    'Choose a password.': 'Choisissez un mot de passe.',
    'Give your password.': 'Indiquez votre mot de passe.',
    'That is too long.': 'C’est trop long.',
    'Choose an address for your page.': 'Choisissez une adresse pour votre page.',
    'Use at least # characters.': 'Utilisez au moins # caractères.',
    'Use at most # characters.': 'Utilisez au plus # caractères.',
    'A password cannot hold a NUL character.': 'Un mot de passe ne peut pas contenir de caractère NUL.',
    'That is too long: at most # bytes (about # Latin letters) are taken into account.':
      'C’est trop long : # octets au plus (environ # lettres latines) sont pris en compte.',
    'Use letters a to z, digits and hyphens only.':
      'Utilisez uniquement les lettres de a à z, des chiffres et des traits d’union.',
    'A hyphen cannot be first or last.': 'Un trait d’union ne peut être ni au début ni à la fin.',
    'Use single hyphens.': 'Utilisez des traits d’union simples.',
    '"#" is reserved.': '« # » est réservée.',
    '"#" is taken.': '« # » est déjà prise.',
    '"#" is free.': '« # » est libre.',
    'There is an account with this address already. Log in, or reset its password.':
      'Il existe déjà un compte avec cette adresse. Connectez-vous ou réinitialisez le mot de passe.',
    'The address or the password is wrong.': 'L’adresse ou le mot de passe est incorrect.',
    'You are not a member of any account any more.': 'Vous n’appartenez plus à aucun compte.',
    'New accounts cannot be made here. Ask whoever runs this StatusPing.':
      'Il n’est pas possible de créer de compte ici. Adressez-vous à la personne qui gère ce StatusPing.',
    'You need an invitation to sign up here. Ask whoever runs this StatusPing.':
      'Une invitation est nécessaire pour s’inscrire ici. Adressez-vous à la personne qui gère ce StatusPing.',
    'This link does not work any more: it was used, replaced by a newer one or is over an hour old.':
      'Ce lien ne fonctionne plus : il a été utilisé, remplacé par un plus récent ou date de plus d’une heure.',
    'This link does not work any more. Ask for a new one in your settings.':
      'Ce lien ne fonctionne plus. Demandez-en un nouveau dans vos paramètres.',
  },
};
