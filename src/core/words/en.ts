import type { ComponentState, PageStatus } from '../severity.ts';
import type { ReportImpact, ReportStatus } from '../status-report.ts';
import type { PublicReason } from './reason.ts';
import { plurals } from './plural.ts';

const many = plurals('en');

/**
 * What a visitor of a public page reads. This catalogue decides which keys there are and what is put in; all others
 * are checked against it by the compiler. Dates, durations and figures come in as texts made by `formats`.
 */
export const en = {
  /** The language, in itself. */
  language: 'English',
  /** Headline of the page. */
  headline: {
    operational: 'All systems operational',
    degraded: 'Degraded performance',
    partial_outage: 'Partial outage',
    major_outage: 'Major outage',
    maintenance: 'Under maintenance',
    unknown: 'No current data',
  } satisfies Record<PageStatus, string>,
  /** Word beside a component. */
  component: {
    up: 'Operational',
    operational: 'Operational',
    degraded: 'Degraded',
    partial_outage: 'Partial outage',
    major_outage: 'Major outage',
    down: 'Down',
    maintenance: 'Maintenance',
    unknown: 'No current data',
    pending: 'Being set up',
    paused: 'Not monitored',
  } satisfies Record<ComponentState, string>,
  /** What visitors are told of a failure, after the component's name and a colon. */
  reason: {
    address: 'its address cannot be found',
    connection: 'connections fail',
    security: 'secure connections fail',
    late: 'not answering in time',
    broken: 'answers arrive incomplete',
    redirects: 'redirects fail',
    error: 'answers with an error',
    unexpected: 'unexpected answers',
    slow: 'slow answers',
    certificate: 'its certificate needs renewal',
    domain: 'its domain needs renewal',
    job_missed: 'a scheduled job did not report',
    job_failed: 'a scheduled job failed',
    unstable: 'unstable connection',
    no_data: 'no current data',
  } satisfies Record<PublicReason, string>,
  times: {
    lessThanMinute: 'less than a minute',
    today: 'Today',
    /** Heading of the present day. */
    todayIs: (day: string) => `Today, ${day}`,
    /** Several days, the older first or the newer: as given. */
    range: (from: string, to: string) => `${from} to ${to}`,
    toToday: (from: string) => `${from} to today`,
    since: (start: string) => `Since ${start}`,
    /** When an incident began, for one that goes on; and the times of one that is over. */
    open: (start: string, lasted: string) => `Since ${start} (${lasted}).`,
    over: (range: string, lasted: string) => `${range} (${lasted}).`,
    /** Foot of the page: whose clock the times are on, whose days the bars show. */
    zones: (times: string, bars: string) => `Times in ${times}. Bars show days in ${bars}.`,
    zone: (zone: string) => `All times in ${zone}.`,
  },
  page: {
    notReporting: 'Not reporting yet',
    /** `names` is a list that was already joined; `count` decides the verb. */
    down: (names: string, count: number) => `${names} ${count === 1 ? 'is' : 'are'} down.`,
    degraded: (names: string, count: number) => `${names} ${count === 1 ? 'works' : 'work'}, but not as well as usual.`,
    /** The page in one line: headline and sentence. */
    summary: (headline: string, sentence: string) => `${headline}. ${sentence}`,
    /** Two sentences. */
    both: (first: string, second: string) => `${first} ${second}`,
    allWork: (count: number) =>
      count === 1 ? 'The component works as it should.' : 'Every monitored component works as it should.',
    underMaintenance: 'Planned work is going on.',
    noFreshResults: (names: string) => `There are no fresh results for ${names}.`,
    empty: 'No component has been put on this page yet.',
    pending: 'The first check has not finished yet.',
    notMonitored: 'Nothing on this page is being monitored at present.',
    /** Last entry of a list that was cut. */
    moreNames: (n: number) => many(n, { one: '# more', other: '# more' }),
    lastCheck: 'Last check',
    updated: 'Last updated',
    /** The page could not be refreshed; `duration` says for how long. */
    stale: (minutes: number) =>
      many(minutes, {
        one: 'This page could not be refreshed for # minute and may be out of date.',
        other: 'This page could not be refreshed for # minutes and may be out of date.',
      }),
    components: 'Components',
    nothingShown: 'Nothing is shown here yet.',
    /** Above a static copy; `when` is an instant. */
    copyMade: (when: string) => `This is a copy, made ${when}.`,
    copyLive: 'Open the live page',
    groupMembers: (n: number) => many(n, { one: '# component', other: '# components' }),
    poweredBy: 'Powered by',
    chooseLanguage: 'Language',
    backToStatus: 'Current status',
  },
  bars: {
    uptime: 'uptime',
    overToday: 'today',
    overDays: (n: number) => many(n, { one: 'over # day', other: 'over # days' }),
    /** "99.98% uptime over 90 days": figure, the word above, span. */
    figure: (percent: string, uptime: string, over: string) => `${percent} ${uptime} ${over}`,
    noData: 'No data yet',
    /** Left end of a row of bars. */
    daysAgo: (n: number) => many(n, { one: '# day ago', other: '# days ago' }),
    noDowntime: 'No downtime recorded.',
    outageDays: (n: number) => many(n, { one: '# day with an outage', other: '# days with outages' }),
    moreDays: (n: number) => many(n, { one: 'and # day before', other: 'and # days before' }),
    /** Parts of a day's tip, after the date and a colon. */
    up: (percent: string) => `${percent} up`,
    lost: (duration: string) => `down ${duration}`,
    degradedFor: (duration: string) => `degraded ${duration}`,
    /** A day in one word, by its shape. */
    day: {
      u: 'no downtime',
      n: 'no data',
      w: 'degraded',
      s: 'short downtime',
      l: 'downtime',
      o: 'outage',
      m: 'no downtime, maintenance',
      p: 'maintenance',
    },
    /** Under a chart: the median over some days. */
    responseDays: (ms: string, days: number) =>
      many(days, { one: `Response time: ${ms}, median of # day`, other: `Response time: ${ms}, median of # days` }),
  },
  incidents: {
    past: 'Past incidents',
    /** What an outage found by a monitor is called. */
    title: (component: string, reason: string) => `${component}: ${reason}`,
    none: 'No incidents',
    stillOn: 'still going on',
    confirmed: 'Confirmed by repeated checks.',
    recovered: 'Working again.',
    closedPaused: 'Closed, because monitoring was paused.',
    closedChanged: 'Closed, because the check was changed.',
    closedDeleted: 'Closed, because monitoring ended.',
    open: 'Open',
    resolved: 'Resolved',
  },
  reports: {
    status: {
      investigating: 'Investigating',
      identified: 'Identified',
      monitoring: 'Monitoring',
      resolved: 'Resolved',
      postmortem: 'Postmortem',
    } satisfies Record<ReportStatus, string>,
    impact: {
      none: 'No impact',
      minor: 'Minor impact',
      major: 'Major impact',
      critical: 'Critical impact',
    } satisfies Record<ReportImpact, string>,
    nextUpdate: (time: string) => `Next update by ${time}`,
    affected: (names: string) => `Affected: ${names}`,
    allUpdates: 'All updates',
  },
  maintenance: {
    underWay: 'Maintenance under way',
    planned: 'Planned maintenance',
    completed: 'Maintenance completed',
    affects: (names: string) => `Affects: ${names}`,
  },
  history: {
    title: 'History',
    heading: (month: string) => `Incidents in ${month}`,
    none: 'No incidents were recorded in this month.',
    all: 'All incidents by month',
    /** Time a component lost on a day. */
    lost: (name: string, duration: string) => `${name}: down ${duration}`,
    previous: 'Earlier month',
    next: 'Later month',
  },
  errors: {
    notFoundTitle: 'Page not found',
    notFound: 'There is no status page at this address',
    notFoundText: 'Check the spelling of the link, or ask the people who gave it to you.',
    unavailableTitle: 'Not available',
    unavailable: 'The status cannot be shown right now',
    unavailableText: 'The fault is ours and says nothing about the service itself. Please try again in a minute.',
  },
  access: {
    passwordHeading: 'This page is protected',
    passwordText: 'Enter the password you were given to read it.',
    password: 'Password',
    passwordButton: 'Show the page',
    passwordWrong: 'This password is not right.',
    tooMany: 'Too many attempts. Please wait a few minutes and try again.',
    membersHeading: 'This page is for members',
    membersText: 'Log in with an account that belongs to this page to read it.',
    logIn: 'Log in',
  },
  subscribe: {
    heading: 'Get updates',
    text: (page: string) => `Hear of incidents and maintenance of ${page}.`,
    byEmail: 'E-mail',
    byWebhook: 'Webhook',
    bySlack: 'Slack',
    byFeed: 'Feed',
    email: 'E-mail address',
    webhookUrl: 'Address that takes the messages',
    slackUrl: 'Address of the incoming webhook',
    components: 'Components',
    allComponents: 'All components',
    kinds: 'What you want to hear of',
    incidents: 'Incidents',
    maintenance: 'Maintenance',
    button: 'Subscribe',
    /** The same answer for every address. */
    sentHeading: 'Look into your mailbox',
    sentText: 'If the address can be subscribed, a mail with a link is on its way. Nothing is sent before you use it.',
    badEmail: 'Write an address such as name@example.com.',
    badUrl: 'Write a whole address that begins with https://.',
    tooMany: 'Too many attempts. Please wait an hour and try again.',
    confirmHeading: 'Confirm your subscription',
    confirmText: (address: string, page: string) => `${address} will be told of incidents and maintenance of ${page}.`,
    confirmButton: 'Confirm',
    confirmedHeading: 'You are subscribed',
    confirmedText: 'You can choose what you hear of, or stop, at any time.',
    linkInvalidHeading: 'This link does not work any more',
    linkInvalidText: 'It was used before, has run out or is incomplete. Subscribe again to get a new one.',
    preferencesHeading: 'Your subscription',
    preferencesSave: 'Save',
    preferencesSaved: 'Saved.',
    unsubscribeHeading: 'Stop these messages?',
    unsubscribeText: (address: string, page: string) => `${address} will hear no more of ${page}.`,
    unsubscribeButton: 'Unsubscribe',
    unsubscribedHeading: 'You are unsubscribed',
    unsubscribedText: 'No more messages will be sent to this address.',
    /** Title of the choice between e-mail, webhook and Slack. */
    way: 'How you want to hear of it',
    /** After a webhook or Slack address was given. */
    sentHookHeading: 'Look at the receiver',
    sentHookText: 'A test message with a link is on its way to that address. Nothing else is sent before you use it.',
    webhookHelp: 'It gets JSON by POST, in the form that Statuspage uses, signed as Standard Webhooks describes.',
    slackHelp: 'Of Slack, Mattermost or Rocket.Chat.',
    chosenComponents: 'Only these',
    chooseKinds: 'Choose at least one.',
    chooseComponents: 'Choose at least one component, or all of them.',
    secret: 'Signing secret',
    secretHelp: 'Every message is signed with it. Give it to nobody but your receiver.',
    openPreferences: 'Change what you hear of',
  },
  mail: {
    confirmSubject: (page: string) => `Confirm your subscription to ${page}`,
    confirmText: (page: string) =>
      `Somebody, probably you, asked for the updates of ${page} to be sent to this address.`,
    confirmButton: 'Confirm subscription',
    confirmIgnore: 'If it was not you, do nothing: no more mails will follow.',
    /** Subject of an update: status word, then what it is about. */
    updateSubject: (page: string, status: string, title: string) => `[${page}] ${status}: ${title}`,
    affected: 'Affected',
    impact: 'Impact',
    starts: 'Starts',
    ends: 'Ends',
    nextUpdate: 'Next update by',
    open: 'Open the status page',
    why: (page: string) => `You get this mail because you subscribed to the updates of ${page}.`,
    preferences: 'Change what you hear of',
    unsubscribe: 'Unsubscribe',
    /** Before the address behind the button, spelled out. */
    orOpen: 'Or open this address:',
    /** To somebody who is subscribed already. */
    alreadySubject: (page: string) => `You already follow ${page}`,
    alreadyText: (page: string) =>
      `This address gets the updates of ${page} already. The button leads to where you choose which, or stop them.`,
    alreadyButton: 'Open your subscription',
    /** At the foot of a mail that somebody asked for by a form. */
    whyAsked: (page: string) => `You get this mail because this address was given on the status page of ${page}.`,
    /** The first message to a chat or a webhook. */
    hookText: (page: string) => `Somebody asked for the updates of ${page} to be sent here. Open the link to confirm.`,
  },
  feeds: {
    /** Title of a feed. */
    title: (page: string) => `${page}: incidents and maintenance`,
    calendar: (page: string) => `${page}: maintenance`,
    /** Title of an entry: where it stands, then what it is about. */
    entry: (status: string, title: string) => `${status}: ${title}`,
  },
  badges: {
    status: 'status',
    uptime: 'uptime',
    responseTime: 'response time',
    /** Short enough for a badge. */
    value: {
      operational: 'operational',
      degraded: 'degraded',
      partial_outage: 'partial outage',
      major_outage: 'major outage',
      maintenance: 'maintenance',
      unknown: 'no data',
    } satisfies Record<PageStatus, string>,
  },
  embed: {
    /** Name of the frame. */
    title: (page: string) => `Status of ${page}`,
    open: 'Open status page',
  },
};
