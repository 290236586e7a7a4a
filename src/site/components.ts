import { DAY, HOUR, MINUTE } from '../core/time.ts';
import { SAMPLE_MONITORS, sampleSlots } from './sample.ts';

const STATUSES = [
  'up',
  'degraded',
  'down',
  'unknown',
  'blocked',
  'maintenance',
  'paused',
  'pending',
  'open',
  'acknowledged',
  'resolved',
  'queued',
  'sending',
  'sent',
  'failed',
  'dead',
];

/** Every component in every state: the data of the development page, and of the test that draws the views. */
export function componentStates(now: number) {
  return {
    now,
    monitors: SAMPLE_MONITORS,
    statuses: STATUSES,
    slots: sampleSlots('____uuuuuuuuuuguuuuuuuuuumuuuuuuuuduunnnuuuuuupp'),
    days: sampleSlots('______________________________uuuuuuuuuuuuuuuuuuuguuuuuuuuuuuuuuuuuuuduuuuuuuuuuuuummuuuu'),
    times: [now - 9_000, now - 7 * MINUTE, now - 5 * HOUR, now - 3 * DAY],
    fields: [
      { name: 'name', label: 'Name', type: 'text', value: 'Checkout', help: 'What you call it in alerts.' },
      {
        name: 'url',
        label: 'URL',
        type: 'url',
        value: 'htp:/shop',
        error: 'This is not a web address. It starts with https://',
        mono: true,
      },
      { name: 'slug', label: 'Status page address', type: 'text', value: 'acme', prefix: 'status.example.com/s/' },
      { name: 'timeout', label: 'Timeout', type: 'number', value: '30', unit: 'seconds' },
      {
        name: 'interval',
        label: 'Check every',
        type: 'select',
        value: '300',
        help: 'You will be told about 10 s after the first failed check.',
        options: [
          { value: '60', label: '1m', locked: 'Pro' },
          { value: '300', label: '5m' },
          { value: '600', label: '10m' },
        ],
      },
      {
        name: 'password',
        label: 'Password',
        type: 'password',
        value: '',
        autocomplete: 'new-password',
        placeholder: 'At least 10 characters',
      },
      {
        name: 'domain',
        label: 'Own domain',
        type: 'text',
        value: '',
        locked: 'Business',
        help: 'Serve the page as status.your-company.com.',
      },
      { name: 'body', label: 'Body', type: 'textarea', value: '{"ping": true}', optional: true, mono: true },
      {
        name: 'headers',
        label: 'Headers',
        type: 'headers',
        value: 'Accept: application/json',
        help: 'One on each line.',
      },
      {
        name: 'public',
        label: 'Show on the status page',
        type: 'checkbox',
        value: true,
        help: 'Visitors see its name, never its address.',
      },
      {
        name: 'verify',
        label: 'Check the certificate',
        type: 'checkbox',
        value: false,
        error: 'Certificates can only be checked on https.',
      },
      { name: 'mark', label: 'Hide the StatusPing mark', type: 'checkbox', value: false, locked: 'Pro' },
    ],
  };
}
