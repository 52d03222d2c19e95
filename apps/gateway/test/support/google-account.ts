import { generateKeyPairSync, verify } from 'node:crypto';
import { startStub } from './stub-provider.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

interface Exchange {
  readonly status?: number;
  readonly lifetimeSeconds?: number;
}

/** A service account, and the endpoint that gives tokens to whoever signs with its key. */
export async function startTokenEndpoint({ status = 200, lifetimeSeconds = 3600 }: Exchange = {}) {
  let count = 0;
  const stub = await startStub(({ text }) => {
    const assertion = new URLSearchParams(text).get('assertion') ?? '';
    if (!isSigned(assertion)) return { status: 400, body: { error: 'invalid_grant' } };
    if (status !== 200) {
      return { status, body: { error: 'invalid_grant', error_description: 'Account disabled' } };
    }
    count += 1;
    const body = {
      access_token: `ya29.${count}`,
      token_type: 'Bearer',
      expires_in: lifetimeSeconds,
    };
    return { body };
  });
  return {
    sent: stub.sent,
    /** As Google's console gives it, with the endpoint of this one. */
    account: JSON.stringify({
      type: 'service_account',
      project_id: 'p-1',
      private_key_id: 'k1',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: 'gateway@p-1.iam.gserviceaccount.com',
      token_uri: `${stub.url}/token`,
    }),
    [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose](),
  };
}

function isSigned(assertion: string): boolean {
  const [head = '', claims = '', signature = ''] = assertion.split('.');
  const signed = Buffer.from(`${head}.${claims}`);
  return verify('RSA-SHA256', signed, publicKey, Buffer.from(signature, 'base64url'));
}
