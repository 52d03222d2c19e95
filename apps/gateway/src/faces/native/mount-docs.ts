import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Express, NextFunction, Request, Response } from 'express';
import type { Config } from '../../config/config.ts';
import type { Secret } from '../../config/secret.ts';
import { stampTime } from '../http/arrival.ts';
import { sendNotFound } from '../http/not-found.ts';
import { refuseWriting } from '../http/refuse-writing.ts';
import { nativeOpenApi } from './openapi.ts';

export interface DocsDeps {
  readonly config: Config;
  readonly version: string;
}

const ASSETS = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
} as const;

/** Everything comes from here: a page that asked another host would tell it who reads our docs. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

/** The native face's reference: the OpenAPI document, and a page that shows it. */
export function mountNativeDocs(app: Express, { config, version }: DocsDeps): void {
  // Made when it is asked for: it takes longer than all else that a start does.
  const document = lazily(() => JSON.stringify(nativeOpenApi({ version })));
  const guard = docsGuard(config.docsKey);
  const serve = (path: string, type: string, body: () => string | Buffer): void => {
    app.get(path, guard, (_req, res) => {
      stampTime(res);
      res.writeHead(200, { 'content-type': type, 'content-security-policy': PAGE_POLICY });
      res.end(body());
    });
    app.all(path, guard, refuseWriting);
  };

  serve('/native/docs', 'text/html; charset=utf-8', () => PAGE);
  serve('/native/docs/openapi.json', 'application/json', document);
  serve('/native/docs/assets/start.js', 'text/javascript; charset=utf-8', () =>
    startScript(document()),
  );
  for (const [name, type] of Object.entries(ASSETS)) {
    const read = lazily(() => readFileSync(join(swaggerFolder(), name)));
    serve(`/native/docs/assets/${name}`, type, read);
  }
}

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Tollgate Native API</title>
    <link rel="stylesheet" href="/native/docs/assets/swagger-ui.css">
  </head>
  <body>
    <p><a href="/native/docs/openapi.json">/native/docs/openapi.json</a></p>
    <div id="swagger-ui"></div>
    <script src="/native/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/native/docs/assets/start.js"></script>
  </body>
</html>
`;

/** The document rides in the script, so that the page need not fetch it with a key that a browser hasn't. */
const startScript = (document: string): string =>
  `SwaggerUIBundle({ dom_id: '#swagger-ui', spec: ${document}, validatorUrl: null });\n`;

const swaggerFolder = (): string =>
  dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Without the key the docs are not there: the same 404 as any path that never was. */
const docsGuard =
  (key: Secret | undefined) =>
  (req: Request, res: Response, next: NextFunction): void => {
    if (key === undefined || isSame(req.headers['x-docs-key'], key.reveal())) next();
    else sendNotFound(req, res);
  };

function isSame(given: string | string[] | undefined, expected: string): boolean {
  if (typeof given !== 'string') return false;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
