import { bytes, type Reply, type ReplyWriter } from './reply.ts';

/** Waits `ms` of real time before the first byte, headers included. */
export function delay(ms: number, reply: Reply): Reply {
  return async (writer) => {
    await writer.wait(ms);
    await reply(writer);
  };
}

/** Resets the connection before a byte of the reply. */
export function reset(): Reply {
  return (writer) => writer.cut('reset');
}

/** Sends `limit` bytes of the body, then closes the connection in mid-message. */
export function cutAfter(limit: number, reply: Reply): Reply {
  return async (writer) => {
    let left = limit;
    await reply({
      ...writer,
      async write(chunk) {
        const data = Buffer.from(chunk);
        const part = data.subarray(0, left);
        left -= part.length;
        if (part.length > 0) await writer.write(part);
        if (left === 0) writer.cut('close');
      },
      end() {
        if (left > 0) writer.end();
      },
    });
  };
}

/** The same bytes, `bytesPerTick` at a time with `ms` between; 0 ms yields to the event loop only. */
export function slowDrip(bytesPerTick: number, ms: number, reply: Reply): Reply {
  return async (writer) => {
    await reply({
      ...writer,
      async write(chunk) {
        const data = Buffer.from(chunk);
        for (let at = 0; at < data.length && !writer.signal.aborted; at += bytesPerTick) {
          await writer.write(data.subarray(at, at + bytesPerTick));
          await writer.wait(ms);
        }
      },
    });
  };
}

/** Accepts the request and stays silent until the client leaves or the server closes. */
export function neverAnswer(): Reply {
  return (writer) => untilAborted(writer);
}

/** Sends the headers, then nothing more. */
export function silentBody(contentType = 'text/event-stream'): Reply {
  return async (writer) => {
    writer.head(200, { 'content-type': contentType });
    await untilAborted(writer);
  };
}

/** Sends all of a reply but its end. */
export function neverEnd(reply: Reply): Reply {
  return async (writer) => {
    await reply({ ...writer, end: () => {} });
    await untilAborted(writer);
  };
}

/** What a proxy in front of the provider says. */
export function html(status = 502): Reply {
  return bytes('<html><head><title>Bad Gateway</title></head><body>nginx</body></html>', {
    status,
    headers: { 'content-type': 'text/html' },
  });
}

export function emptyBody(status = 200, contentType = 'application/json'): Reply {
  return bytes('', { status, headers: { 'content-type': contentType } });
}

export function brokenJson(status = 200): Reply {
  return bytes('{"id":"broken","choices":[{"index":0,"message":', {
    status,
    headers: { 'content-type': 'application/json' },
  });
}

/** One `data:` line of `size` bytes that never ends in a newline, made as it is sent. */
export function hugeLine(size: number): Reply {
  return async (writer) => {
    writer.head(200, { 'content-type': 'text/event-stream' });
    const block = Buffer.alloc(64 * 1024, 'x');
    await writer.write('data: {"text":"');
    for (let sent = 0; sent < size && !writer.signal.aborted; sent += block.length) {
      await writer.write(block.subarray(0, Math.min(block.length, size - sent)));
    }
    writer.end();
  };
}

/** The same reply under another content type. */
export function wrongContentType(reply: Reply, contentType = 'text/plain'): Reply {
  return (writer) =>
    reply({
      ...writer,
      head: (status, headers) => writer.head(status, { ...headers, 'content-type': contentType }),
    });
}

/** Sends a 1xx answer first: 102, or 103 with a link. */
export function informational(status: 102 | 103, reply: Reply): Reply {
  return async (writer) => {
    writer.informational(status, status === 103 ? { link: '</early>; rel=preload' } : {});
    await reply(writer);
  };
}

async function untilAborted({ signal }: ReplyWriter): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
