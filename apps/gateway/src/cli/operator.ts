import type { Result } from '@tollgate/core';
import { describeError, type GatewayError } from '@tollgate/core/chat';
import type { Page, PageQuery } from '@tollgate/core/directory';
import type { Identity } from '@tollgate/core/governance';
import { CliFailure, misused } from './context.ts';

/** The operator may what an administrator's key may. */
export const OPERATOR: Identity = {
  keyId: 'operator',
  keyName: 'operator',
  role: 'admin',
  source: 'local',
  subject: 'operator',
};

const PAGE = 200;

/** By what option a field was said. */
const OPTIONS: { readonly [field: string]: string } = {
  name: '--name',
  role: '--role',
  email: '--email',
  organisationId: '--org',
  teamId: '--team',
  userId: '--user',
  allowedModels: '--models',
  allowedFaces: '--faces',
  requestsPerMinute: '--rate-limit',
  tags: '--tag',
  metadata: '--meta',
  expiresAt: '--expires',
  storeBodiesSeconds: '--store-bodies',
  budget: '--budget',
};

/** The option that a path of a body belongs to: `tags[0]` to `--tag`. */
const optionOf = (path: string): string => OPTIONS[/^\w+/.exec(path)?.[0] ?? ''] ?? path;

/** The value, or the end of the command in the words of whoever typed it. */
export function valueOrFail<T>(result: Result<T, GatewayError>): T {
  if (result.ok) return result.value;
  const { error } = result;
  if (error.kind === 'invalid_request' && error.path !== undefined) {
    throw misused(`${optionOf(error.path)}: ${error.detail}`);
  }
  throw new CliFailure(describeError(error));
}

/** Every record, oldest first. */
export async function allOf<R>(
  list: (query: PageQuery) => Promise<Result<Page<R>, GatewayError>>,
): Promise<readonly R[]> {
  const all: R[] = [];
  let after: string | undefined;
  do {
    const query = { limit: PAGE, ...(after !== undefined && { after }) };
    const page = valueOrFail(await list(query));
    all.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return all;
}
