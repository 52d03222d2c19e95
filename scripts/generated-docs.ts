import { renderConfigurationPage, renderJsonSchema } from '../apps/gateway/src/config/reference.ts';

export interface GeneratedDoc {
  /** From the root. */
  readonly path: string;
  readonly text: string;
}

/** The pages that are written from the code, as they are to be now. */
export const generatedDocs = (): readonly GeneratedDoc[] => [
  { path: 'docs/configuration.md', text: renderConfigurationPage() },
  { path: 'docs/tollgate.schema.json', text: renderJsonSchema() },
];
