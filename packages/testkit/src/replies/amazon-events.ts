import { crc32 } from 'node:zlib';
import type { Reply, ReplyOptions } from './reply.ts';

/** One message of AWS's event stream: text headers, and a payload that is JSON unless it is bytes. */
export function amazonMessage(
  headers: { readonly [name: string]: string },
  payload: unknown,
): Uint8Array {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)));
  const body = payload instanceof Uint8Array ? payload : Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(12 + head.length + body.length + 4, 0);
  prelude.writeUInt32BE(head.length, 4);
  const message = Buffer.concat([prelude, uint32(crc32(prelude)), head, body]);
  return Buffer.concat([message, uint32(crc32(message))]);
}

/** As Bedrock streams an event. */
export const amazonEvent = (type: string, payload: unknown): Uint8Array =>
  amazonMessage(
    { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    payload,
  );

/** As Bedrock streams another API's event: as base64 in a chunk that is padded. */
export const amazonChunk = (event: unknown): Uint8Array =>
  amazonEvent('chunk', {
    bytes: Buffer.from(JSON.stringify(event)).toString('base64'),
    p: 'abcdefghijkl',
  });

/** As Bedrock ends a stream that failed. */
export const amazonException = (type: string, message: string): Uint8Array =>
  amazonMessage(
    { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' },
    { message },
  );

/** A stream of such messages, one write each. */
export function amazonStream(
  messages: readonly Uint8Array[],
  { status = 200, headers = {} }: ReplyOptions = {},
): Reply {
  return async (writer) => {
    writer.head(status, { 'content-type': 'application/vnd.amazon.eventstream', ...headers });
    for (const message of messages) await writer.write(message);
    writer.end();
  };
}

const STRING = 7;

function header(name: string, value: string): Uint8Array {
  const size = Buffer.alloc(2);
  size.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([
    Uint8Array.of(Buffer.byteLength(name)),
    Buffer.from(name),
    Uint8Array.of(STRING),
    size,
    Buffer.from(value),
  ]);
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
