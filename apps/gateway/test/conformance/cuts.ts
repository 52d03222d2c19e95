const CR = 0x0d;
const LF = 0x0a;

/** Pieces that together are the body, cut where decoders are known to stumble. */
export type Cut = (body: Uint8Array) => readonly Uint8Array[];

/** Each byte for itself. */
const singleBytes: Cut = (body) =>
  Array.from(body, (_byte, index) => body.subarray(index, index + 1));

/** Between CR and LF, within every character of several bytes, and in the middle of what is left. */
const within: Cut = (body) => {
  const cuts = [0];
  for (let index = 1; index < body.length; index += 1) {
    const byte = body[index] ?? 0;
    const isWithinCharacter = (byte & 0xc0) === 0x80;
    const isWithinLineEnd = byte === LF && body[index - 1] === CR;
    const isFar = index - (cuts.at(-1) ?? 0) >= 97;
    if (isWithinCharacter || isWithinLineEnd || isFar) cuts.push(index);
  }
  return cuts.map((start, at) => body.subarray(start, cuts[at + 1] ?? body.length));
};

/** The same events with the line ends of another server. */
function withCrLf(body: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(body).toString('utf8').replaceAll('\n', '\r\n'));
}

/**
 * Server-sent events as other servers write them: a comment before each, no blank after a colon, and
 * nothing after the last of Chat's chunks.
 */
function framedOddly(body: Uint8Array): Uint8Array {
  const text = Buffer.from(body).toString('utf8');
  return Buffer.from(
    text
      .replace(/data: \[DONE\]\n\n$/, '')
      .replaceAll(/^(event|data): /gm, '$1:')
      .replaceAll(/\n\n/g, '\n\n: processing\n\n'),
  );
}

const isText = (contentType: string): boolean => contentType.startsWith('text/');

export const CUTS = {
  'within characters and line ends': (body, contentType) =>
    within(isText(contentType) ? withCrLf(body) : body),
  'single bytes': singleBytes,
  'as another server frames it': (body, contentType) => [
    isText(contentType) ? framedOddly(body) : body,
  ],
  'in one piece': (body) => [body],
} as const satisfies {
  readonly [name: string]: (body: Uint8Array, contentType: string) => readonly Uint8Array[];
};
export type CutName = keyof typeof CUTS;
