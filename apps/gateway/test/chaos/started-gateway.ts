import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type RunningProcess, startProcess } from '@tollgate/testkit';
import * as z from 'zod';
import type { LedgerLine } from './books.ts';

/** What gateways are started with. */
export type Environment = { readonly [name: string]: string };

const run = promisify(execFile);
export const COMMAND = join(import.meta.dirname, '../../../../bin/tollgate');

export interface Started {
  readonly gateway: RunningProcess;
  readonly url: string;
}

export async function start(env: Environment, cwd: string): Promise<Started> {
  const gateway = await startProcess(COMMAND, ['start', '--json'], { env, cwd });
  const { url } = JSON.parse(await gateway.waitForLine(/^\{.*"url"/, 30_000));
  return { gateway, url };
}

/** A command's result, as it tells it with `--json`. */
export async function command(
  env: Environment,
  cwd: string,
  words: readonly string[],
): Promise<unknown> {
  return JSON.parse(await printed(env, cwd, [...words, '--json']));
}

async function printed(env: Environment, cwd: string, words: readonly string[]): Promise<string> {
  const { stdout } = await run(COMMAND, words, {
    env: { ...process.env, ...env },
    cwd,
    maxBuffer: 256 * 1024 * 1024,
  });
  return stdout;
}

const Usage = z.object({
  rows: z.array(
    z.object({
      model: z.string(),
      requests: z.int(),
      inputTokens: z.int(),
      outputTokens: z.int(),
      estimatedRequests: z.int(),
    }),
  ),
});

export async function ledgerLines(env: Environment, cwd: string): Promise<readonly LedgerLine[]> {
  return Usage.parse(await command(env, cwd, ['usage', '--by', 'model'])).rows;
}

const Row = z.object({
  keyName: z.string(),
  startedAt: z.int(),
  modelServed: z.string().optional(),
  corrects: z.string().optional(),
});

/** Whose each booked call is, and when it began. */
export async function bookedCalls(
  env: Environment,
  cwd: string,
): Promise<readonly z.infer<typeof Row>[]> {
  const lines = (await printed(env, cwd, ['db', 'export', '--format', 'jsonl'])).trim().split('\n');
  return lines.map((line) => Row.parse(JSON.parse(line)));
}

/** Models of calls that were booked at an estimate, and corrected by what came to light later. */
export async function correctedModels(env: Environment, cwd: string): Promise<ReadonlySet<string>> {
  const rows = await bookedCalls(env, cwd);
  return new Set(
    rows.flatMap(({ corrects, modelServed }) =>
      corrects === undefined || modelServed === undefined ? [] : [modelServed],
    ),
  );
}
