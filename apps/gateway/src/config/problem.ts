/** One mistake in the configuration, in words that say where and what instead. */
export interface ConfigProblem {
  /** The file as it was named, when it came from one. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  readonly column?: number;
  /** `providers.openai.apiKey`, or the name of an environment variable. */
  readonly path: string;
  readonly message: string;
}

/** `tollgate.yaml:3:5 server.port: expected …` */
export function renderProblem({ file, line, column, path, message }: ConfigProblem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return [place, `${path}: ${message}`].filter((part) => part !== '').join(' ');
}

export type Path = readonly (string | number)[];

/** As a reader writes it: `governance.keys[0].name`. */
export function renderPath(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      const plain = /^[\w.-]+$/.test(part) ? part : JSON.stringify(part);
      return index === 0 ? plain : `.${plain}`;
    })
    .join('');
}
