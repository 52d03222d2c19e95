import type { IncomingMessage, ServerResponse } from 'node:http';

/** Of each body so much is gathered; the rest passes unseen. */
export interface TapLimits {
  readonly requestBytes: number;
  readonly replyBytes: number;
}

export interface Gathered {
  readonly text: string;
  readonly isCut: boolean;
}

/**
 * Gathers what a client sends and what it gets, whoever reads the one and writes the other: set before
 * anything of either has passed. Only for keys that have their bodies kept; others' pass as they are.
 */
export function tapBodies(
  req: IncomingMessage,
  res: ServerResponse,
  limits: TapLimits,
): { readonly request: () => Gathered; readonly reply: () => Gathered } {
  const request = gather(limits.requestBytes);
  const reply = gather(limits.replyBytes);
  const { emit } = req;
  req.emit = (event: string | symbol, ...args: unknown[]) => {
    if (event === 'data') request.push(args[0]);
    return Reflect.apply(emit, req, [event, ...args]);
  };
  const { write, end } = res;
  res.write = (...args: unknown[]) => {
    reply.push(args[0]);
    return Reflect.apply(write, res, args);
  };
  res.end = (...args: unknown[]) => {
    if (typeof args[0] !== 'function') reply.push(args[0]);
    return Reflect.apply(end, res, args);
  };
  return { request: request.gathered, reply: reply.gathered };
}

function gather(mostBytes: number) {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let isCut = false;
  return {
    push: (chunk: unknown): void => {
      if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return;
      const part = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      const room = mostBytes - bytes;
      if (part.length > room) isCut = true;
      if (room <= 0) return;
      chunks.push(part.subarray(0, room));
      bytes += Math.min(room, part.length);
    },
    gathered: (): Gathered => ({ text: Buffer.concat(chunks).toString('utf8'), isCut }),
  };
}
