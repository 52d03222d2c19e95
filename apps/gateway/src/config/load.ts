import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { err, ok, type Result } from '@tollgate/core';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Config } from './config.ts';
import { type Environment, readVariable } from './environment.ts';
import { type Locate, parseConfig } from './parse.ts';
import type { ConfigProblem, Path } from './problem.ts';
import { Secret } from './secret.ts';

export interface LoadSources {
  /** What `--config` names. */
  readonly path?: string | undefined;
  readonly env: Environment;
  readonly cwd: string;
}

export interface LoadedConfig {
  readonly config: Config;
  /** The file's absolute path; undefined when there is none. */
  readonly file: string | undefined;
}

/** Reads `--config`, else `TOLLGATE_CONFIG`, else the working folder's `tollgate.yaml`, if there is one. */
export function loadConfig(sources: LoadSources): Result<LoadedConfig, readonly ConfigProblem[]> {
  const { env, cwd } = sources;
  const found = readSettings(sources);
  if (!found.ok) return found;
  const { name, text } = found.value;
  if (name === undefined) {
    const parsed = parseConfig({ env });
    return parsed.ok
      ? ok({ config: placed(parsed.value, cwd, cwd, env), file: undefined })
      : parsed;
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return err(
      document.errors.map(({ pos: [offset], message }): ConfigProblem => {
        const { line, col } = lines.linePos(offset);
        return { file: name, line, column: col, path: 'file', message };
      }),
    );
  }
  const plain = toPlain(document);
  if (!plain.ok) return err([{ file: name, path: 'file', message: plain.error }]);
  const parsed = parseConfig({ file: plain.value ?? {}, env }, locateIn(document, lines, name));
  if (!parsed.ok) return parsed;
  const file = resolve(cwd, name);
  return ok({ config: placed(parsed.value, dirname(file), cwd, env), file });
}

function readSettings({ path, env, cwd }: LoadSources) {
  const asked = path ?? readVariable(env, 'TOLLGATE_CONFIG');
  const name = asked ?? 'tollgate.yaml';
  try {
    return ok({ name, text: readFileSync(resolve(cwd, name), 'utf8') });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (asked === undefined && code === 'ENOENT') return ok({ name: undefined, text: '' });
    const by = path === undefined ? 'TOLLGATE_CONFIG' : '--config';
    const why = code === 'ENOENT' ? 'there is no such file' : `it can't be read (${code})`;
    return err([{ file: name, path: asked === undefined ? 'file' : by, message: why }]);
  }
}

function toPlain(document: Document): Result<unknown, string> {
  try {
    return ok(document.toJS());
  } catch (error) {
    // Aliases without an end, or too many of them.
    return err(error instanceof Error ? error.message : "it can't be read as YAML");
  }
}

/** Relative paths are meant from where they were written. */
function placed(config: Config, folder: string, cwd: string, env: Environment): Config {
  const isFromEnvironment = readVariable(env, 'TOLLGATE_DATA_DIR') !== undefined;
  return {
    ...config,
    dataDir: resolve(isFromEnvironment ? cwd : folder, config.dataDir),
    outbox: {
      ...config.outbox,
      files: config.outbox.files && {
        ...config.outbox.files,
        path: resolve(folder, config.outbox.files.path),
      },
    },
    providers: config.providers.map((provider) => {
      const { proof } = provider;
      if (proof?.kind !== 'google' || !proof.isWritten) return provider;
      const source = proof.source.reveal();
      if (source.trimStart().startsWith('{')) return provider;
      return { ...provider, proof: { ...proof, source: new Secret(resolve(folder, source)) } };
    }),
  };
}

/** The place of a setting; of one that is missing, the nearest map around it. */
function locateIn(document: Document, lines: LineCounter, file: string): Locate {
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  return (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const offset = keyOffset(document, path.slice(0, length));
      if (offset !== undefined) return place(offset);
    }
    return { file };
  };
}

function keyOffset(document: Document, path: Path): number | undefined {
  const last = path.at(-1);
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => (isScalar(key) ? String(key.value) : key) === last);
    return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}
