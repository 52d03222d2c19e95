import { expect, it } from 'vitest';
import { styleProblems } from '../scripts/style-rules.ts';

const SOURCE = 'packages/core/src/chat';

it.each([
  ['file-length', `${SOURCE}/long.ts`, 'x\n'.repeat(401)],
  ['file-length', `${SOURCE}/long.test.ts`, 'x\n'.repeat(601)],
  ['file-name', `${SOURCE}/string-utils.ts`, ''],
  ['file-name', `${SOURCE}/helpers/a.ts`, ''],
  ['file-name', `${SOURCE}/chatReply.ts`, ''],
  ['environment-only-in-config', `${SOURCE}/a.ts`, 'const a = process.env;\n'],
  ['no-skipped-tests', `${SOURCE}/a.test.ts`, `it.${'skip'}("a", () => {});\n`],
  ['tests-say-what-is', `${SOURCE}/a.test.ts`, '  it("should add", () => {});\n'],
  ['no-module-mocks', `${SOURCE}/a.test.ts`, `vi.${'mock'}("./a.ts");\n`],
  ['erasable-imports', `${SOURCE}/a.ts`, "import { b } from './b';\n"],
])('%s is found in %s', (rule, path, text) => {
  expect(styleProblems([{ path, text }]).map((problem) => problem.split(' ')[1])).toEqual([
    `${rule}:`,
  ]);
});

it.each([
  [`${SOURCE}/long.ts`, 'x\n'.repeat(400)],
  ['packages/core/src/dialects/native/wire.ts', 'x\n'.repeat(500)],
  [`${SOURCE}/long.prop.test.ts`, 'x\n'.repeat(600)],
  ['apps/gateway/src/config/environment.ts', 'const a = process.env;\n'],
  ['apps/gateway/vitest.config.ts', "import { suite } from '../../vitest.shared.ts';\n"],
])('nothing is found in %s', (path, text) => {
  expect(styleProblems([{ path, text }])).toEqual([]);
});
