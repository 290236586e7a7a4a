/** Made-up monitors for the drawing on the landing page and for the page of components. */
const SLOT = { u: 'up', d: 'down', g: 'degraded', n: 'unknown', m: 'maintenance', p: 'paused', _: 'none' } as const;
const WORD = {
  u: 'Up',
  d: 'Down for 12m',
  g: 'Slow for 8m',
  n: 'No data',
  m: 'Maintenance',
  p: 'Paused',
  _: 'Not monitored yet',
} as const;

type Letter = keyof typeof SLOT;

/** Half-hour slots from a row of letters such as `uuud`. */
export function sampleSlots(letters: string) {
  return letters.split('').map((letter, i) => {
    const key = (letter in SLOT ? letter : 'n') as Letter;
    const at = `${String(Math.floor(i / 2) % 24).padStart(2, '0')}:${i % 2 === 0 ? '00' : '30'}`;
    return { status: SLOT[key], title: `${at} UTC\n${WORD[key]}` };
  });
}

export const SAMPLE_MONITORS = [
  {
    name: 'Checkout',
    target: 'https://shop.example.com/checkout',
    status: 'down',
    uptime: 98.61,
    responseMs: null,
    note: 'for 4m',
    slots: sampleSlots('uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuud'),
  },
  {
    name: 'Search API',
    target: 'https://api.example.com/v2/search',
    status: 'degraded',
    uptime: 100,
    responseMs: 2_310,
    note: 'slower than 2 s',
    slots: sampleSlots('uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuggg'),
  },
  {
    name: 'Website',
    target: 'https://www.example.com',
    status: 'up',
    uptime: 100,
    responseMs: 184,
    note: '',
    slots: sampleSlots('uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu'),
  },
  {
    name: 'Customer portal',
    target: 'https://portal.example.com/login',
    status: 'up',
    uptime: 99.31,
    responseMs: 241,
    note: '',
    slots: sampleSlots('uuuuuuuuuuuuduuuuuuuuuuuuuuuunnuuuuuuuuuuuuuuuuu'),
  },
  {
    name: 'Docs',
    target: 'https://docs.example.com',
    status: 'up',
    uptime: 100,
    responseMs: 97,
    note: '',
    slots: sampleSlots('__________uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu'),
  },
];
