// The other side of bench/probe.ts, in a process of its own so that its CPU time is not counted: 1 KiB, at once.
import { createServer } from 'node:http';

const page = Buffer.alloc(1024, 'x');
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': page.length });
  response.end(page);
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
process.on('disconnect', () => process.exit());
