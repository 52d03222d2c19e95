import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listRequests, REQUEST_DIALECTS, type SampleRequest } from '@tollgate/testkit';
import { expect, it } from 'vitest';
import { isJsonObject } from '../src/json/index.ts';
import { asRequest, asSent, PROVIDERS, requestOf, targetFor } from './requests/clients.ts';

const ROOT = join(import.meta.dirname, 'goldens');
const ENDING = '.golden';

/** `UPDATE_GOLDENS=1 vitest run test/goldens.test.ts` writes them anew: read what changed. */
const IS_UPDATE = process.env['UPDATE_GOLDENS'] === '1';

/** What a sample becomes for every provider: what is told of it, and the body, a field a line. */
function golden(sample: SampleRequest): string {
  const request = asRequest(requestOf(sample));
  return PROVIDERS.map((provider) => {
    const encoded = provider.encodeRequest(request, targetFor(provider));
    if (!encoded.ok) return `${provider.id}: ${encoded.error.kind}\n`;
    const { value, losses } = encoded.value;
    const told = losses.map(
      ({ feature, path, action, weight }) => `- ${feature} at ${path}, ${action} (${weight})\n`,
    );
    const isRefused = losses.some(({ weight }) => weight === 'meaning');
    const body = asSent(value);
    const fields = Object.entries(isJsonObject(body) && !isRefused ? body : {}).map(
      ([name, field]) => `${name}: ${JSON.stringify(field)}\n`,
    );
    return `## ${provider.id}${isRefused ? ', refused' : ''}\n${told.join('')}${fields.join('')}`;
  }).join('\n');
}

function readGoldens(dialect: string): ReadonlyMap<string, string> {
  const folder = join(ROOT, dialect);
  return new Map(
    readdirSync(folder)
      .filter((file) => file.endsWith(ENDING))
      .map((file) => [file.slice(0, -ENDING.length), readFileSync(join(folder, file), 'utf8')]),
  );
}

function writeGoldens(dialect: string, goldens: ReadonlyMap<string, string>): void {
  const folder = join(ROOT, dialect);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of goldens) writeFileSync(join(folder, `${name}${ENDING}`), text);
}

it.each(REQUEST_DIALECTS)(
  'says requests of %s to every provider as they were read by eye',
  (id) => {
    const goldens = new Map(listRequests(id).map((sample) => [sample.name, golden(sample)]));
    if (IS_UPDATE) writeGoldens(id, goldens);

    expect(Object.fromEntries(goldens)).toEqual(Object.fromEntries(readGoldens(id)));
  },
);
