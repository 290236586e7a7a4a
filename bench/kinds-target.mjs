// The other side of bench/kinds.ts, in a process of its own so that its CPU time is not counted. Each server gives
// what a check of its kind needs to say "up", and nothing more. Its certificate comes in the environment.
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { createServer as createTcp } from 'node:net';
import { createServer as createTls } from 'node:tls';

const page = Buffer.alloc(1024, 'x');
const http = createHttp((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': page.length });
  response.end(page);
});
http.on('upgrade', (request, socket) => {
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash('sha1').update(key).digest('base64');
  socket.on('error', () => undefined);
  socket.on('data', () => socket.end());
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
});

const tcp = createTcp((socket) => socket.on('error', () => undefined).resume());
const tls = createTls({ cert: process.env.BENCH_CERT, key: process.env.BENCH_KEY }, (socket) => {
  socket.on('error', () => undefined).resume();
});
tls.on('tlsClientError', () => undefined);

const smtp = createTcp((socket) => {
  socket.on('error', () => undefined);
  socket.on('data', (line) => {
    if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
    else socket.write(/^EHLO/i.test(line) ? '250-here\r\n250 8BITMIME\r\n' : '250 well\r\n');
  });
  socket.write('220 here ESMTP\r\n');
});

// grpc.health.v1.Health/Check: one message, field 1 (status) = 1 (SERVING).
const grpc = createHttp2();
grpc.on('stream', (stream) => {
  stream.on('error', () => undefined).resume();
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]));
});

// Every question is answered with 192.0.2.1 when it asks for an A record, and with nothing otherwise.
const dns = createSocket('udp4');
dns.on('message', (query, from) => {
  let end = 12;
  while (query[end]) end += query[end] + 1;
  const isA = query[end + 2] === 1;
  const head = Buffer.from(query.subarray(0, 12));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(isA ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]);
  dns.send(Buffer.concat([head, query.subarray(12, end + 5), isA ? record : Buffer.alloc(0)]), from.port, from.address);
});

const ports = {};
for (const [name, server] of Object.entries({ http, tcp, tls, smtp, grpc })) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  ports[name] = server.address().port;
}
await new Promise((resolve) => dns.bind(0, '127.0.0.1', resolve));
ports.dns = dns.address().port;
process.on('disconnect', () => process.exit());
process.send?.(ports);
