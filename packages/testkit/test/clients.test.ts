import { describe, expect, it } from 'vitest';
import {
  openSocket,
  parseSse,
  parseSseJson,
  readSse,
  slowReader,
  startProcess,
  startServer,
} from '../src/index.ts';

describe('readSse', () => {
  const stream =
    ': hi\n\nevent: a\nid: 7\ndata: one\ndata: two\n\ndata:{"x":"ä"}\r\n\r\ndata: [DONE]\n\ndata: cut';
  const events = [
    { event: 'a', id: '7', data: 'one\ntwo' },
    { event: 'message', data: '{"x":"ä"}' },
    { event: 'message', data: '[DONE]' },
  ];

  it('reads events from bytes in any pieces, and drops the last without an end', async () => {
    for (const size of [1, 3, 1_000]) {
      const source = (async function* () {
        const all = Buffer.from(stream);
        for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
      })();
      const seen = [];
      for await (const event of readSse(source)) seen.push(event);

      expect(seen).toEqual(events);
    }
  });

  it('reads the same from a text, and its JSON', () => {
    expect(parseSse(stream)).toEqual(events);
    expect(parseSseJson('data: {"x":1}\n\ndata: [DONE]\n\n')).toEqual([{ x: 1 }]);
  });

  it('reads a fetch response as it comes, and ends it when the loop is left', async () => {
    const left = Promise.withResolvers<string>();
    await using server = await startServer((_, response) => {
      response.on('close', () => left.resolve('left'));
      response.write('data: 1\n\n');
    });

    for await (const event of readSse(await fetch(server.url))) {
      expect(event.data).toBe('1');
      break;
    }

    expect(await left.promise).toBe('left');
  });
});

describe('slowReader', () => {
  it('holds a server back that sends more than the kernel takes', async () => {
    let written = 0;
    await using server = await startServer((_, response) => {
      const pump = (): void => {
        while (response.write(Buffer.alloc(65_536))) written += 65_536;
      };
      response.on('drain', pump);
      pump();
    });
    await using reader = await slowReader(server.url);

    const some = await reader.read(100);

    expect([reader.status, some.length]).toEqual([200, 100]);
    expect(written).toBeLessThan(20_000_000);
  });

  it('gives what is left, then nothing, at the end, and rejects a cut', async () => {
    await using server = await startServer((request, response) => {
      if (request.url === '/whole') response.end('hello');
      else response.write('part', () => response.destroy());
    });
    await using whole = await slowReader(`${server.url}/whole`);
    await using cut = await slowReader(`${server.url}/cut`);

    expect((await whole.read(100)).toString()).toBe('hello');
    expect((await whole.read(1)).length).toBe(0);
    expect((await cut.read(4)).toString()).toBe('part');
    await expect(cut.read(1)).rejects.toThrow('aborted');
  });
});

describe('openSocket', () => {
  it('sends bytes that are no HTTP and reads the answer to its end', async () => {
    await using server = await startServer((_, response) => response.end());
    await using socket = await openSocket(server.url);

    await socket.send('NONSENSE\r\n\r\n');

    expect(await socket.readToEnd()).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('says what came when the awaited text didn’t', async () => {
    await using server = await startServer((_, response) => response.end('hello'));
    await using socket = await openSocket(server.url);

    await socket.send('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');

    await expect(socket.readUntil('goodbye')).rejects.toThrow(/closed before goodbye: .*hello/);
  });

  it('rejects when nobody listens', async () => {
    const server = await startServer((_, response) => response.end());
    await server.close();

    await expect(openSocket(server.url)).rejects.toThrow('ECONNREFUSED');
  });
});

describe('startProcess', () => {
  const node = process.execPath;

  it('waits for lines of both streams and for the end', async () => {
    await using child = await startProcess(node, [
      '-e',
      'console.log("out 1"); console.error("err 2"); process.exitCode = 3',
    ]);

    expect(await child.waitForLine('out')).toBe('out 1');
    expect(await child.waitForLine(/^err \d$/)).toBe('err 2');
    expect(await child.waitForEnd()).toEqual({ code: 3, signal: null });
  });

  it('inherits no variable of the machine but those that programs need', async () => {
    await using child = await startProcess(
      node,
      ['-e', 'console.log(Object.keys(process.env).sort().join(" "))'],
      { env: { ONLY: 'this' } },
    );

    expect(
      (await child.waitForLine('ONLY')).split(' ').filter((name) => name !== 'TMPDIR'),
    ).toEqual(['HOME', 'ONLY', 'PATH']);
  });

  it('ends with its scope', async () => {
    let ended: Promise<unknown> = Promise.resolve();
    {
      await using child = await startProcess(node, ['-e', 'setInterval(() => {}, 1000)']);
      ended = child.ended;
    }

    expect(await ended).toEqual({ code: null, signal: 'SIGTERM' });
  });

  it('says what the process wrote when the awaited line never comes', async () => {
    await using child = await startProcess(node, ['-e', 'console.log("bad port")']);

    await expect(child.waitForLine('ready')).rejects.toThrow(/ended without ready:\nbad port/);
  });

  it('rejects when there is no such program', async () => {
    await expect(startProcess('/no/such/program')).rejects.toThrow('ENOENT');
  });
});
