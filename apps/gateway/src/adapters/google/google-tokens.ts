import { readFile } from 'node:fs/promises';
import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { AuthClient, JWTInput } from 'google-auth-library';
import * as z from 'zod';
import type { Secret } from '../../config/secret.ts';
import type { Log } from '../../ports/log.ts';
import type { ProviderAuth } from '../../ports/provider-auth.ts';
import type { Upstream } from '../../ports/upstream.ts';
import { fetchThrough, UpstreamRefused } from './fetch-through.ts';

export interface GoogleTokens {
  /** A credentials file's path, or its text. */
  readonly source: Secret;
  /** The configured provider's name, for errors. */
  readonly provider: string;
  /** The way to the token endpoint. */
  readonly upstream: Upstream;
  readonly log: Log;
}

/** What all of Google's APIs are called with; what an account may do is decided there. */
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

const CredentialsFile = z.looseObject({
  type: z.string(),
  token_uri: z.url({ protocol: /^https?$/ }).optional(),
});

/**
 * Proves who calls by a token that credentials are exchanged for; kept until shortly before it ends.
 * Any number of calls wait for one exchange. The machine that this runs on is never asked who it is.
 */
export function createGoogleAuth(options: GoogleTokens): ProviderAuth {
  const { provider, log } = options;
  let client: Promise<AuthClient> | undefined;
  let asking: Promise<Result<Headers, GatewayError>> | undefined;

  const ask = async (): Promise<Result<Headers, GatewayError>> => {
    try {
      client ??= createClient(options);
      const headers = await (await client).getRequestHeaders();
      return ok(Object.fromEntries(headers));
    } catch (thrown) {
      // A file that was mended is read again.
      client = undefined;
      const why = thrown instanceof Error ? thrown.message : 'unknown error';
      log.error({ provider }, `no token for providers.${provider}: ${why}`);
      const failure = refusalIn(thrown);
      return err(failure ?? { kind: 'provider_auth', provider, status: 401 });
    }
  };

  return {
    prove: () => {
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
  };
}

type Headers = { readonly [name: string]: string };

async function createClient({ source, upstream, provider }: GoogleTokens): Promise<AuthClient> {
  // Loaded by who needs it: it takes a while, and most gateways don't.
  const { GoogleAuth } = await import('google-auth-library');
  const json = await readCredentials(source.reveal());
  const credentials: JWTInput = json;
  const fetchImplementation = fetchThrough(upstream, { provider, tokenUrl: json.token_uri });
  const auth = new GoogleAuth({
    credentials,
    scopes: SCOPE,
    clientOptions: { transporterOptions: { fetchImplementation } },
  });
  return auth.getClient();
}

async function readCredentials(source: string) {
  const isText = source.trimStart().startsWith('{');
  const text = isText ? source : await readCredentialsFile(source);
  const parsed = CredentialsFile.safeParse(parsedOrUndefined(text));
  if (!parsed.success) throw new Error('the credentials are not those of a Google account');
  return parsed.data;
}

/** The system's own message quotes the path, which is the file's own text where that came in quotes. */
async function readCredentialsFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new Error(`the credentials file can't be read: ${code}`);
  }
}

/** The parser's own message quotes the text, and that is a secret. */
function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Why the token endpoint was not reached, where that is the reason. */
function refusalIn(thrown: unknown): GatewayError | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (error instanceof UpstreamRefused) return error.failure;
  }
  return undefined;
}
