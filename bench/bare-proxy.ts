/** The measure: the least that a proxy in Node can do, `node:http` in front of an undici pool. */
import { createServer } from 'node:http';
import { Pool } from 'undici';

const pool = new Pool(process.argv[2] ?? '', { connections: 256, pipelining: 1 });

const server = createServer((req, res) => {
  pool
    .stream(
      {
        path: req.url ?? '/',
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
        body: req,
      },
      ({ statusCode, headers }) => {
        res.writeHead(statusCode, {
          'content-type': String(headers['content-type']),
          ...(headers['content-length'] === undefined
            ? undefined
            : { 'content-length': String(headers['content-length']) }),
        });
        return res;
      },
    )
    .catch(() => res.destroy());
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify(server.address())}\n`);
});
process.once('SIGTERM', () => process.exit(0));
