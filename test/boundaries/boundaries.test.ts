import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { findViolations } from '../../scripts/boundaries.ts';
import { plant } from './planted.ts';

const DIALECTS = 'packages/core/src/dialects';
const GATEWAY = 'apps/gateway/src';

/** Each file breaks one rule: [rule, path, import]. */
const PLANTED = [
  ['core-is-pure', 'packages/core/src/reads-files.ts', 'node:fs'],
  ['core-is-pure', 'packages/core/src/serves.ts', 'express'],
  ['core-is-pure', 'packages/core/src/knows-kit.ts', '@tollgate/testkit'],
  ['dialects-are-islands', `${DIALECTS}/native/request.ts`, '../hub/request.ts'],
  ['dialects-are-islands', `${DIALECTS}/openai-responses/passage.ts`, '../openai-chat/wire.ts'],
  [
    'only-openai-shares-openai-chat',
    `${DIALECTS}/anthropic-messages/errors.ts`,
    '../openai-chat/errors.ts',
  ],
  ['testkit-only-in-tests', `${GATEWAY}/services/fakes.ts`, '@tollgate/testkit'],
  ['testkit-is-a-leaf', 'packages/testkit/src/oracle.ts', '@tollgate/core'],
  ['packages-below-apps', 'packages/client/src/starts.ts', '@tollgate/gateway'],
  ['gateway-without-client', `${GATEWAY}/services/calls-itself.ts`, '@tollgate/client'],
  ['nothing-imports-a-face', `${GATEWAY}/services/answers.ts`, '../faces/openai/face.ts'],
  ['faces-are-islands', `${GATEWAY}/faces/native/borrows.ts`, '../openai/face.ts'],
  [
    'adapters-only-in-compose',
    `${GATEWAY}/faces/native/stores.ts`,
    '../../adapters/sqlite/ledger.ts',
  ],
  ['adapters-know-ports-only', `${GATEWAY}/adapters/sqlite/serves.ts`, '../../services/chat.ts'],
  ['services-below-faces', `${GATEWAY}/services/routes.ts`, 'express'],
  ['no-deep-imports', `${GATEWAY}/services/digs.ts`, '../../../../packages/core/src/index.ts'],
  ['not-unresolvable', `${GATEWAY}/services/typo.ts`, './no-such-file.ts'],
  ['no-cycles', `${GATEWAY}/services/selfish-too.ts`, './selfish.ts'],
] as const;

const Rules = z.object({ forbidden: z.array(z.object({ name: z.string() })) });

const SHARED = {
  [`${DIALECTS}/hub/request.ts`]: 'export const it = 1;',
  [`${DIALECTS}/openai-chat/wire.ts`]: 'export const it = 1;',
  [`${DIALECTS}/openai-chat/errors.ts`]: 'export const it = 1;',
  [`${DIALECTS}/openai-responses/errors.ts`]: `export * from '../openai-chat/errors.ts';`,
  [`${GATEWAY}/services/selfish.ts`]: `export * from './selfish-too.ts';`,
};

describe('the import rules', () => {
  it('find nothing in a tree that keeps them, and see its modules', async () => {
    await using tree = await plant({
      [`${DIALECTS}/openai-chat/errors.ts`]: 'export const it = 1;',
      [`${DIALECTS}/openai-responses/errors.ts`]: `export * from '../openai-chat/errors.ts';`,
    });

    const { modules, violations } = await findViolations(tree.folder);

    expect(violations).toEqual([]);
    expect(modules).toBeGreaterThanOrEqual(16);
  });

  it('find each planted violation under its own rule', async () => {
    const files = Object.fromEntries(
      PLANTED.map(([, path, target]) => [path, `export * from '${target}';`]),
    );
    await using tree = await plant({ ...SHARED, ...files });

    const { violations } = await findViolations(tree.folder);

    const found = new Set(violations.map(({ rule, from }) => `${rule} ${from}`));
    expect(
      PLANTED.map(([rule, path]) => `${rule} ${path}`).filter((one) => !found.has(one)),
    ).toEqual([]);
    const guilty = new Set<string>([
      ...PLANTED.map(([, path]) => path),
      `${GATEWAY}/services/selfish.ts`,
    ]);
    expect(violations.filter(({ from }) => !guilty.has(from))).toEqual([]);
  });

  it('have a planted violation each', async () => {
    const rules = Rules.parse(createRequire(import.meta.url)('../../.dependency-cruiser.cjs'));

    const planted = new Set<string>(PLANTED.map(([rule]) => rule));
    expect(rules.forbidden.filter(({ name }) => !planted.has(name))).toEqual([]);
  });
});
