import { type Behaviour, drip, flood, hold, pause, reset } from './corpus.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const TWO = 'Content-Length: 2\r\n\r\nhi';
const UP = { status: 'up', reason: null } as const;
const BROKEN = { status: 'down', reason: 'protocol_error' } as const;
const LATE = { status: 'down', reason: 'timeout_first_byte', timeoutMs: 2_500 } as const;
const RESET = { status: 'down', reason: 'connection_reset' } as const;
const interim = 'HTTP/1.1 100 Continue\r\n\r\n';

/** Answers whose beginning is odd, and still an answer. */
const SOUND: Behaviour[] = [
  { name: 'a plain answer', does: [`${OK}${TWO}`], ...UP },
  { name: 'line feeds alone in the head', does: ['HTTP/1.1 200 OK\nContent-Length: 2\n\nhi'], ...UP },
  { name: 'line ends of both kinds', does: ['HTTP/1.1 200 OK\r\nA: 1\nContent-Length: 2\r\n\nhi'], ...UP },
  { name: 'a header folded onto a second line', does: [`${OK}X-Long: one\r\n  two\r\n\tthree\r\n${TWO}`], ...UP },
  { name: 'a header with bytes beyond ASCII', does: [`${OK}X-Name: caf\xe9 \xff\x80\r\n${TWO}`], ...UP },
  { name: 'a reason phrase beyond ASCII', does: [`HTTP/1.1 200 \xd6K\r\n${TWO}`], ...UP },
  { name: 'no reason phrase', does: [`HTTP/1.1 200\r\n${TWO}`], ...UP },
  { name: 'a blank for a reason phrase', does: [`HTTP/1.1 200 \r\n${TWO}`], ...UP },
  { name: 'two blanks before the status', does: [`HTTP/1.1  200 OK\r\n${TWO}`], ...UP },
  { name: 'HTTP/1.0 until the close', does: ['HTTP/1.0 200 OK\r\n\r\nuntil the end'], ...UP },
  { name: 'HTTP/1.0 with a length', does: [`HTTP/1.0 200 OK\r\n${TWO}`], ...UP },
  { name: 'HTTP/1.7', does: [`HTTP/1.7 200 OK\r\n${TWO}`], ...UP },
  { name: 'an empty line before the answer', does: [`\r\n${OK}${TWO}`], ...UP },
  { name: 'a header line without a colon', does: [`${OK}nonsense\r\n${TWO}`], ...UP },
  { name: 'a blank before the colon', does: [`${OK}Content-Length : 2\r\n\r\nhi`], ...UP },
  { name: 'a header without a value', does: [`${OK}X-Empty:\r\n${TWO}`], ...UP },
  { name: 'no headers at all', does: [`${OK}\r\nhello`], ...UP },
  { name: 'header names in odd case', does: [`${OK}cOnTeNt-LeNgTh: 2\r\n\r\nhi`, hold], ...UP },
  { name: '60 kB of headers', does: [`${OK}X-Big: ${'x'.repeat(60_000)}\r\n${TWO}`], ...UP },
  { name: 'a thousand small headers', does: [`${OK}${'X-Small: 1\r\n'.repeat(1_000)}${TWO}`], ...UP },
  { name: '100 Continue first, unasked', does: [`${interim}${OK}${TWO}`], ...UP },
  { name: '102 and 103 first', does: [`HTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 E\r\nLink: </a>\r\n\r\n${OK}${TWO}`], ...UP },
  { name: '103, a pause, then the answer', does: ['HTTP/1.1 103 E\r\n\r\n', pause(60), `${OK}${TWO}`], ...UP },
  { name: 'the head in three pieces', does: ['HT', pause(20), 'TP/1.1 200 O', pause(20), `K\r\n${TWO}`], ...UP },
  { name: 'an answer before it is asked', does: [`${OK}${TWO}`], from: 'connect', ...UP },
  { name: 'an Upgrade offer that nobody takes', does: [`${OK}Upgrade: h2c\r\nAlt-Svc: h2=":1"\r\n${TWO}`], ...UP },
  { name: 'status 299', does: [`HTTP/1.1 299 Odd\r\n${TWO}`], ...UP },
];

/** Answers with a head that says no. */
const REFUSALS: Behaviour[] = [
  { name: '404', does: [`HTTP/1.1 404 Not Found\r\n${TWO}`], status: 'down', reason: 'bad_status' },
  { name: '503', does: [`HTTP/1.1 503 Busy\r\n${TWO}`], status: 'down', reason: 'bad_status' },
  { name: 'status 599', does: [`HTTP/1.1 599 Odd\r\n${TWO}`], status: 'down', reason: 'bad_status' },
  { name: '401 that is expected', does: [`HTTP/1.1 401 Who\r\n${TWO}`], config: { expected_status: '401' }, ...UP },
  {
    name: '500 that also breaks off',
    does: ['HTTP/1.1 500 Oops\r\nContent-Length: 50\r\n\r\nhalf'],
    status: 'down',
    reason: 'bad_status',
  },
];

/** Beginnings that no HTTP/1 answer has. */
const BAD: Behaviour[] = [
  { name: 'HTTP/0.9', does: ['<html>hello</html>'], ...BROKEN },
  { name: 'HTTP/2.0 in a status line', does: [`HTTP/2.0 200 OK\r\n${TWO}`], ...BROKEN },
  { name: 'HTTP/2 without a number after the point', does: [`HTTP/2 200\r\n${TWO}`], ...BROKEN },
  { name: 'HTTP/3.1', does: [`HTTP/3.1 200 OK\r\n${TWO}`], ...BROKEN },
  { name: 'small letters in http/1.1', does: [`http/1.1 200 OK\r\n${TWO}`], ...BROKEN },
  { name: 'ICY, as radio servers say', does: [`ICY 200 OK\r\n${TWO}`], ...BROKEN },
  { name: 'an SSH banner, then silence', does: ['SSH-2.0-OpenSSH_9.2\r\n', hold], from: 'connect', ...BROKEN },
  { name: 'a mail banner, then silence', does: ['220 mail.shop.example ESMTP\r\n', hold], from: 'connect', ...BROKEN },
  { name: 'HTTP/2 frames', does: [Buffer.from('000012040000000000', 'hex'), hold], ...BROKEN },
  { name: 'a TLS alert in plain HTTP', does: [Buffer.from('15030100020250', 'hex')], ...BROKEN },
  { name: 'random bytes', does: [Buffer.from('fe00ff1080c0d0e0', 'hex')], ...BROKEN },
  { name: 'status 099', does: [`HTTP/1.1 099 Low\r\n${TWO}`], ...BROKEN },
  { name: 'status 600', does: [`HTTP/1.1 600 High\r\n${TWO}`], ...BROKEN },
  { name: 'status 999', does: [`HTTP/1.1 999 Denied\r\n${TWO}`], ...BROKEN },
  { name: 'status of four digits', does: [`HTTP/1.1 2000 OK\r\n${TWO}`], ...BROKEN },
  { name: 'status of two digits', does: [`HTTP/1.1 20 OK\r\n${TWO}`], ...BROKEN },
  { name: 'status in words', does: [`HTTP/1.1 OK\r\n${TWO}`], ...BROKEN },
  { name: 'status -200', does: [`HTTP/1.1 -200 OK\r\n${TWO}`], ...BROKEN },
  { name: '101 that nobody asked for', does: ['HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n', hold], ...BROKEN },
  { name: '1xx as fast as can be', does: [flood(interim.repeat(100))], ...BROKEN },
  { name: '1xx and then a close', does: [interim], ...BROKEN },
  { name: 'one header larger than 64 KiB', does: [`${OK}X: ${'x'.repeat(70_000)}\r\n${TWO}`], ...BROKEN },
  {
    name: 'headers of more than 64 KiB together',
    does: [`${OK}${'X: yyyyyyyyyy\r\n'.repeat(6_000)}${TWO}`],
    ...BROKEN,
  },
  { name: 'headers without end', does: [OK, flood('X-More: again and again\r\n'.repeat(100))], ...BROKEN },
  { name: 'a header line without end', does: [`${OK}X: `, flood('x'.repeat(4_096))], ...BROKEN },
  { name: 'empty lines without end', does: [flood('\r\n'.repeat(2_000))], ...BROKEN },
  { name: 'a close without a word', does: [], ...BROKEN },
  { name: 'a close in the status line', does: ['HTTP/1.1 20'], ...BROKEN },
  { name: 'a close in the headers', does: [`${OK}Content-Le`], ...BROKEN },
  { name: 'a close before the empty line', does: [`${OK}Content-Length: 2\r\n`], ...BROKEN },
];

/** Servers that take their time, or hang up. */
const LATE_OR_GONE: Behaviour[] = [
  { name: 'silence', does: [hold], ...LATE },
  { name: 'a connection taken and forgotten', does: [hold], from: 'connect', ...LATE },
  { name: 'a status line and no more', does: [OK, hold], ...LATE },
  { name: 'a head byte by byte', does: [`${OK}X: `, drip('a', 30)], ...LATE },
  { name: 'a status line byte by byte', does: ['HTTP/1.1 200 ', drip('O', 30)], ...LATE },
  { name: '1xx now and then, for ever', does: [drip(interim, 30)], ...LATE },
  {
    name: 'a head over ten seconds, in a long deadline',
    does: [OK, drip('X: y\r\n', 20)],
    speed: 40,
    status: 'down',
    reason: 'timeout_first_byte',
  },
  {
    name: 'a slow answer within the time',
    does: [pause(80), `${OK}${TWO}`],
    config: { degraded_over_ms: 50 },
    status: 'degraded',
    reason: 'slow',
  },
  { name: 'a reset instead of an answer', does: [reset], ...RESET },
  { name: 'a reset in the status line', does: ['HTTP/1', pause(20), reset], ...RESET },
  { name: 'a reset in the headers', does: [`${OK}Content-`, pause(20), reset], ...RESET },
  { name: 'a reset after 100 Continue', does: [interim, pause(20), reset], ...RESET },
];

export const HEADS: Behaviour[] = [...SOUND, ...REFUSALS, ...BAD, ...LATE_OR_GONE];
