import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', 'requests');
const SUFFIX = '.json';

/** The dialects that clients speak, as their folders are named. */
export const REQUEST_DIALECTS = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini',
  'native',
  'hub',
] as const;
export type RequestDialect = (typeof REQUEST_DIALECTS)[number];

/** The model that every sample request asks for: a test puts its own in its place. */
export const SAMPLE_MODEL = 'MODEL';

/** A request as a client of one dialect sends it, made by us to say all that the dialect can. */
export interface SampleRequest {
  readonly dialect: RequestDialect;
  readonly name: string;
  /** Parsed; Gemini's holds `model` and `stream` too, which its wire says in the address. */
  readonly body: { readonly [field: string]: unknown };
  /** As it stands in its file. */
  readonly text: string;
}

/** Every sample request, or one dialect's, ordered by dialect and name. */
export function listRequests(dialect?: RequestDialect): SampleRequest[] {
  return (dialect === undefined ? REQUEST_DIALECTS : [dialect]).flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((file) => file.endsWith(SUFFIX))
      .sort()
      .map((file) => {
        const text = readFileSync(join(ROOT, folder, file), 'utf8');
        return {
          dialect: folder,
          name: file.slice(0, -SUFFIX.length),
          body: JSON.parse(text),
          text,
        };
      }),
  );
}
