import type { GatewayError } from '@tollgate/core/chat';
import type { Express, Request } from 'express';
import type { Config } from '../../config/config.ts';
import { UpstreamFailure } from '../../ports/upstream.ts';
import { noText, type PassedOn, type PassthroughService } from '../../services/passthrough.ts';
import { drained } from '../http/drained.ts';
import type { Entered, Entrance } from '../http/entrance.ts';
import type { Face } from '../http/face.ts';
import { readBytes } from '../http/read-body.ts';

export interface PassthroughDeps {
  readonly config: Config;
  readonly entrance: Entrance;
  readonly passthrough: PassthroughService;
}

/** Headers that belong to one hop, or to us: never handed on, in either direction. */
const OWN_HEADERS = new Set([
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  // Whose account pays at the provider is the operator's choice.
  'openai-organization',
  'openai-project',
  'proxy-authenticate',
  'proxy-authorization',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-api-key',
  'x-docs-key',
  'x-goog-api-key',
]);

/** The operator's own list of further paths; `{name}` stands for one segment. */
export function mountPassthrough(app: Express, face: Face, deps: PassthroughDeps): void {
  for (const route of deps.config.passthrough) {
    const method = route.method.toLowerCase();
    if (
      method !== 'get' &&
      method !== 'post' &&
      method !== 'put' &&
      method !== 'patch' &&
      method !== 'delete'
    )
      continue;
    app[method](route.path.replaceAll(/\{(\w+)\}/g, ':$1'), (req, res) => {
      const path = pathBeneathV1(route.path, req);
      const handler = async (entered: Entered): Promise<GatewayError | undefined> => {
        if (path === undefined) {
          return {
            kind: 'invalid_request',
            detail: "The path has a segment that can't be passed on.",
          };
        }
        return passOn(deps, entered, { route: route.path, path, face });
      };
      deps.entrance(face, handler)(req, res);
    });
  }
}

async function passOn(
  deps: PassthroughDeps,
  { req, res, call }: Entered,
  { route, path, face }: { readonly route: string; readonly path: string; readonly face: Face },
): Promise<GatewayError | undefined> {
  const body = await readBytes(req, deps.config.limits.bodyBytes);
  if (!body.ok) return body.error;
  const method = req.method ?? 'GET';
  const sent = await deps.passthrough.send(call, {
    method,
    route,
    path,
    headers: handedOn(req.headers),
    body: body.value.length === 0 ? undefined : body.value,
  });
  if (!sent.ok) return sent.error;
  await relay(sent.value, { res, call, face });
  return undefined;
}

async function relay(
  { reply, meter, refusal }: PassedOn,
  { res, call, face }: Pick<Entered, 'res' | 'call'> & { readonly face: Face },
): Promise<void> {
  let error: GatewayError | undefined = { kind: 'client_closed' };
  try {
    // What we have said already, of the limit and to browsers, is ours to say.
    for (const [name, value] of Object.entries(handedOn(reply.headers))) {
      if (!res.hasHeader(name) || name === face.idHeader) res.setHeader(name, value);
    }
    res.writeHead(reply.status);
    for await (const chunk of reply.body.chunks()) {
      if (refusal === undefined) meter.sawFirstToken();
      if (!res.write(chunk)) await drained(res, call.signal);
      if (call.signal.aborted) return;
    }
    error = refusal;
    res.end();
  } catch (thrown) {
    if (!(thrown instanceof UpstreamFailure)) throw thrown;
    error = call.signal.aborted ? { kind: 'client_closed' } : thrown.failure;
    // What was promised by the headers can't be kept: the cut must be seen as one.
    res.destroy();
  } finally {
    reply.body.cancel();
    meter.finish({ ...(error === undefined ? undefined : { error }), losses: [], text: noText });
  }
}

function handedOn(headers: { readonly [name: string]: string | readonly string[] | undefined }) {
  const kept: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || OWN_HEADERS.has(name) || name.startsWith('x-tollgate-')) continue;
    kept[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return kept;
}

/** `..` alone or beside a slash that was escaped: servers differ in when they undo an escape. */
const CLIMBING = /(^|[/\\]|%(2f|5c))(\.|%2e){1,2}($|[/\\;]|%(2f|5c))/i;

/** The listed path with the request's own segments and query; a segment can't climb out of it. */
function pathBeneathV1(template: string, req: Request): string | undefined {
  const query = req.url.includes('?') ? req.url.slice(req.url.indexOf('?')) : '';
  const segments = template.split('/').map((segment) => {
    if (!segment.startsWith('{')) return segment;
    const value = req.params[segment.slice(1, -1)];
    if (typeof value !== 'string' || CLIMBING.test(value)) return undefined;
    return encodeURIComponent(value);
  });
  if (segments.includes(undefined)) return undefined;
  return `${segments.join('/').replace(/^\/v1/, '')}${query}`;
}
