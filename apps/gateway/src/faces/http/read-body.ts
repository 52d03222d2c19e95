import type { IncomingMessage } from 'node:http';
import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { decodeUtf8, isJsonObject, type JsonObject, parseJson } from '@tollgate/core/json';

/** Deeper than any schema or conversation seen, and shallow enough to recurse into. */
const MAX_DEPTH = 128;

export interface JsonBody {
  /** The body exactly as it came. */
  readonly text: string;
  readonly json: JsonObject;
}

/** Reads a JSON object from a request: its type, size, encoding, syntax and depth checked, in this order. */
export async function readJsonBody(
  req: IncomingMessage,
  limitBytes: number,
): Promise<Result<JsonBody, GatewayError>> {
  const acceptable = checkHeaders(req);
  if (acceptable !== undefined) return err(acceptable);
  const bytes = await readBytes(req, limitBytes);
  if (!bytes.ok) return bytes;
  const text = decodeUtf8(bytes.value);
  if (!text.ok) {
    return err({ kind: 'invalid_json', detail: 'The body is not valid UTF-8.' });
  }
  if (text.value.trim() === '') {
    return err({ kind: 'invalid_json', detail: 'The body is empty; send a JSON object.' });
  }
  const parsed = parseJson(text.value, { maxDepth: MAX_DEPTH });
  if (!parsed.ok) return err({ kind: 'invalid_json', detail: parsed.error.message });
  if (!isJsonObject(parsed.value)) {
    return err({ kind: 'invalid_request', detail: 'The body must be a JSON object.' });
  }
  return ok({ text: text.value, json: parsed.value });
}

function checkHeaders(req: IncomingMessage): GatewayError | undefined {
  const type = req.headers['content-type'];
  if (type !== undefined && !/^application\/([\w.+-]+\+)?json\b/i.test(type)) {
    return {
      kind: 'unsupported_media_type',
      detail: 'Send the body as JSON, with the header "content-type: application/json".',
    };
  }
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    return {
      kind: 'unsupported_media_type',
      detail: 'Send the body without a content-encoding; compressed bodies are not read.',
    };
  }
  return undefined;
}

/** Reads at most `limitBytes`; what is longer is not read, and its connection ends with the answer. */
export function readBytes(
  req: IncomingMessage,
  limitBytes: number,
): Promise<Result<Uint8Array, GatewayError>> {
  const tooLarge = err<GatewayError>({ kind: 'body_too_large', limitBytes });
  if (Number(req.headers['content-length'] ?? 0) > limitBytes) return Promise.resolve(tooLarge);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    req.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limitBytes) {
        chunks.push(chunk);
        return;
      }
      req.pause();
      req.removeAllListeners('data');
      resolve(tooLarge);
    });
    req.once('end', () => {
      const [only] = chunks;
      resolve(ok(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)));
    });
    req.once('error', () => resolve(err({ kind: 'client_closed' })));
    req.once('close', () => resolve(err({ kind: 'client_closed' })));
  });
}
