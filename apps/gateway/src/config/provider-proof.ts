import type { ProviderDescription } from '@tollgate/core/providers';
import type { Credentials } from './config.ts';
import type { Finding } from './describe-issue.ts';
import { type Environment, readVariable } from './environment.ts';
import { Key, type ProviderSettings } from './schema.ts';
import { Secret } from './secret.ts';

interface Asked {
  readonly section: ProviderSettings;
  readonly description: ProviderDescription | undefined;
  readonly env: Environment;
}

/** What proves to a provider who calls. */
export type Proof =
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'credentials'; readonly credentials: Credentials }
  | { readonly type: 'none' }
  | { readonly type: 'wrong'; readonly findings: readonly Finding[] };

/** The file's word before the environment's, and a key before credentials. */
export function proofOf(name: string, { section, description, env }: Asked): Proof {
  const kind = description?.credentials;
  if (section.credentials !== undefined) {
    const given = kind === undefined ? undefined : CREDENTIALS[kind].fromFile(section.credentials);
    if (given !== undefined) return { type: 'credentials', credentials: given };
    const message =
      kind === undefined ? 'is for providers that take no key: use apiKey' : EXPECTED[kind];
    return wrong(['providers', name, 'credentials'], [message]);
  }
  if (section.apiKey !== undefined) return { type: 'key', key: section.apiKey };
  const found = keyOf(description?.keyVariables ?? [], env);
  if (found !== undefined) {
    const checked = Key.safeParse(found.key);
    if (checked.success) return { type: 'key', key: found.key };
    return wrong(
      [found.variable],
      checked.error.issues.map(({ message }) => message),
    );
  }
  const usual = kind === undefined ? undefined : CREDENTIALS[kind].fromEnvironment(env);
  return usual === undefined ? { type: 'none' } : { type: 'credentials', credentials: usual };
}

const wrong = (path: readonly string[], messages: readonly string[]): Proof => ({
  type: 'wrong',
  findings: messages.map((message) => ({ path, message })),
});

export function keyOf(variables: readonly string[], env: Environment) {
  for (const variable of variables) {
    const key = readVariable(env, variable);
    if (key !== undefined) return { variable, key };
  }
  return undefined;
}

/** The environment's variables for credentials, as their own clients read them. */
export const CREDENTIAL_VARIABLES = {
  aws: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
  google: ['GOOGLE_APPLICATION_CREDENTIALS'],
} as const;

const EXPECTED = {
  aws: 'expected accessKeyId, secretAccessKey and perhaps a sessionToken',
  google: 'expected the path or the text of a credentials file',
} as const;

type Written = NonNullable<ProviderSettings['credentials']>;

interface CredentialSource {
  fromFile(written: Written): Credentials | undefined;
  fromEnvironment(env: Environment): Credentials | undefined;
}

const CREDENTIALS: Record<'aws' | 'google', CredentialSource> = {
  aws: {
    fromFile: (written) => (typeof written === 'string' ? undefined : aws(written)),
    fromEnvironment: (env) => {
      const [id, secret, token] = CREDENTIAL_VARIABLES.aws.map((name) => readVariable(env, name));
      if (id === undefined || secret === undefined) return undefined;
      return aws({ accessKeyId: id, secretAccessKey: secret, sessionToken: token });
    },
  },
  google: {
    fromFile: (written) =>
      typeof written === 'string'
        ? { kind: 'google', source: new Secret(written), isWritten: true }
        : undefined,
    fromEnvironment: (env) => {
      const path = readVariable(env, CREDENTIAL_VARIABLES.google[0]);
      return path === undefined
        ? undefined
        : { kind: 'google', source: new Secret(path), isWritten: false };
    },
  },
};

const aws = (written: Exclude<Written, string>): Credentials => ({
  kind: 'aws',
  accessKeyId: new Secret(written.accessKeyId),
  secretAccessKey: new Secret(written.secretAccessKey),
  ...(written.sessionToken === undefined
    ? undefined
    : { sessionToken: new Secret(written.sessionToken) }),
});
