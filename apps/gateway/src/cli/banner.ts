export interface BannerFacts {
  readonly url: string;
  readonly dataDir: string;
  /** Known only when it was made just now. */
  readonly newAdminKey: string | undefined;
  /** `TOLLGATE_ADMIN_KEY` is set. */
  readonly isAdminKeySet: boolean;
  /** `TOLLGATE_SECRET` is set: a key made in another shell would need it too. */
  readonly isSecretSet: boolean;
  readonly providers: readonly string[];
  readonly governance: 'local' | 'zion';
  readonly notes: readonly string[];
  /** Where `bin/tollgate` lies. */
  readonly command: string;
}

/** What someone sees who started the gateway: where it is, with which key, and a line to try it. */
export function banner(facts: BannerFacts): string {
  return [
    `Tollgate listens on ${facts.url}`,
    '',
    `  Admin key   ${adminKeyLine(facts)}`,
    `  Data        ${facts.dataDir}`,
    `  Governance  ${facts.governance}`,
    `  Providers   ${facts.providers.join(', ')}`,
    ...facts.notes.map((note) => `  Note        ${note}`),
    '',
    'Try it:',
    '',
    `  ${curlLine(facts)}`,
    '',
  ].join('\n');
}

function adminKeyLine({ newAdminKey, isAdminKeySet }: BannerFacts): string {
  if (newAdminKey !== undefined) return `${newAdminKey}  (shown this once: keep it)`;
  return isAdminKeySet ? 'the one in TOLLGATE_ADMIN_KEY' : 'made earlier, kept as a hash only';
}

/** Works as it is pasted: with the key that was just made, else with one that it makes itself. */
function curlLine({ url, newAdminKey, dataDir, isSecretSet, command }: BannerFacts): string {
  const secret = isSecretSet ? 'TOLLGATE_SECRET="$TOLLGATE_SECRET" ' : '';
  const make = `${secret}TOLLGATE_DATA_DIR=${quoted(dataDir)} ${quoted(command)} keys create --name try`;
  const bearer = newAdminKey ?? `$(${make} 2>/dev/null)`;
  return [
    `curl ${url}/v1/chat/completions`,
    `-H "authorization: Bearer ${bearer}"`,
    "-H 'content-type: application/json'",
    `-d '{"model":"sim/echo","messages":[{"role":"user","content":"Hello"}]}'`,
  ].join(' ');
}

/** For a POSIX shell, inside a command substitution too. */
const quoted = (text: string): string =>
  /^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
