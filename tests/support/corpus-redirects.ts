import { type Behaviour, hold } from './corpus.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';
const UP = { status: 'up', reason: null } as const;
/** An answer that sends on. */
export const to = (location: string, status = 302): string[] => [
  `HTTP/1.1 ${status} Moved\r\nLocation: ${location}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
];
const INVALID = { status: 'down', reason: 'redirect_invalid' } as const;
const LOOP = { status: 'down', reason: 'redirect_loop' } as const;
const chain = (hops: number) => (): Record<string, string[]> =>
  Object.fromEntries(
    Array.from({ length: hops + 1 }, (_, n) => [n === 0 ? '/' : `/${n}`, n === hops ? [OK] : to(`/${n + 1}`)]),
  );
const SECRET = { basic_auth: 'me:hunter2', headers: { Cookie: 'sid=1', 'X-Key': 'key1' } };

export const REDIRECTS: Behaviour[] = [
  { name: 'a redirect to a path', does: () => ({ '/': to('/b'), '/b': [OK] }), ...UP },
  { name: 'a relative redirect', does: () => ({ '/a/b': to('../c?d'), '/c?d': [OK] }), path: '/a/b', ...UP },
  {
    name: 'a redirect without a scheme',
    does: ({ port }) => ({ '/': to(`//127.0.0.1:${port}/b`), '/b': [OK] }),
    ...UP,
  },
  { name: 'a redirect with a fragment', does: () => ({ '/': to('/b#there'), '/b': [OK] }), ...UP },
  { name: 'a redirect with blanks around', does: () => ({ '/': to(' \t/b  '), '/b': [OK] }), ...UP },
  { name: 'a redirect with a blank inside', does: () => ({ '/': to('/b c'), '/b%20c': [OK] }), ...UP },
  { name: 'a redirect in UTF-8', does: () => ({ '/': to('/caf\xc3\xa9'), '/caf%C3%A9': [OK] }), ...UP },
  { name: 'ten redirects', does: chain(10), ...UP },
  { name: 'eleven redirects', does: chain(11), ...LOOP },
  { name: 'a redirect to itself', does: () => ({ '*': to('/') }), ...LOOP },
  { name: 'two pages that redirect to each other', does: () => ({ '/': to('/b', 301), '/b': to('/', 308) }), ...LOOP },
  {
    name: 'a redirect with a body that does not come',
    does: () => ({ '/': ['HTTP/1.1 302 F\r\nLocation: /b\r\nContent-Length: 9\r\n\r\n', hold], '/b': [OK] }),
    ...UP,
  },
  {
    name: 'redirects that are not followed',
    does: () => ({ '/': to('/b') }),
    config: { follow_redirects: false },
    ...UP,
  },
  { name: 'a 302 without Location', does: ['HTTP/1.1 302 F\r\nContent-Length: 0\r\n\r\n'], ...INVALID },
  {
    name: 'a 301 with an empty Location',
    does: ['HTTP/1.1 301 F\r\nLocation:\r\nContent-Length: 0\r\n\r\n'],
    ...INVALID,
  },
  {
    name: '300 is an answer',
    does: ['HTTP/1.1 300 Choose\r\nLocation: /b\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'],
    ...UP,
  },
  { name: 'a redirect to ftp', does: to('ftp://shop.example/'), ...INVALID },
  { name: 'a redirect to a file', does: to('file:///etc/passwd'), ...INVALID },
  { name: 'a redirect to a script', does: to('javascript:alert(1)'), ...INVALID },
  { name: 'a redirect to gopher', does: to('gopher://127.0.0.1:25/_HELO'), ...INVALID },
  { name: 'a redirect to no address', does: to('http://999.999.1.1/'), ...INVALID },
  { name: 'a redirect to nobody', does: to('http:///'), ...INVALID },
  {
    name: 'a redirect to metadata',
    does: to('http://169.254.169.254/latest/meta-data/'),
    status: 'blocked',
    reason: 'redirect_blocked',
  },
  {
    name: 'a redirect to metadata in octal',
    does: to('http://0251.0376.0251.0376/'),
    status: 'blocked',
    reason: 'redirect_blocked',
  },
  {
    name: 'a redirect to a closed port',
    does: to('http://127.0.0.1:1/'),
    status: 'down',
    reason: 'connect_refused',
  },
  {
    name: 'what is confidential stays at home',
    does: ({ other }) => ({ '*': to(`${other}/there`, 307) }),
    config: { ...SECRET, keyword: 'GET /there', keyword_absent: 'sid=1' },
    ...UP,
  },
  {
    name: 'authorisation stays at home',
    does: ({ other }) => ({ '*': to(`${other}/there`, 308) }),
    config: { ...SECRET, keyword_absent: 'uthorization' },
    ...UP,
  },
  {
    name: 'own headers stay at home',
    does: ({ other }) => ({ '*': to(`${other}/there`) }),
    config: { ...SECRET, keyword_absent: 'key1' },
    ...UP,
  },
  {
    name: 'a name and password in Location are not sent',
    does: ({ other }) => ({ '*': to(other.replace('//', '//user:pw@')) }),
    config: { keyword_absent: 'uthorization' },
    ...UP,
  },
  {
    name: 'POST turns to GET after 303',
    does: ({ other }) => ({ '*': to(`${other}/there`, 303) }),
    config: { method: 'POST', body: 'data', keyword: 'GET /there' },
    ...UP,
  },
  {
    name: 'POST stays POST after 307',
    does: ({ other }) => ({ '*': to(`${other}/there`, 307) }),
    config: { method: 'POST', body: 'data', keyword: 'POST /there' },
    ...UP,
  },
  {
    name: 'HEAD that is answered 405',
    does: ['HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n'],
    config: { method: 'HEAD' },
    status: 'down',
    reason: 'bad_status',
  },
];
