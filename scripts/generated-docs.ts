import { renderConfigurationPage, renderJsonSchema } from '../apps/gateway/src/config/reference.ts';
import { renderDialectsPage } from '../apps/gateway/src/dialects-page/render-dialects-page.ts';
import { adminOpenApi } from '../apps/gateway/src/faces/admin/openapi.ts';
import { renderErrorsPage } from '../apps/gateway/src/faces/error-reference.ts';
import { nativeOpenApi } from '../apps/gateway/src/faces/native/openapi.ts';
import { VERSION } from '../apps/gateway/src/version.ts';

export interface GeneratedDoc {
  /** From the root. */
  readonly path: string;
  readonly text: string;
}

/** The pages that are written from the code, as they are to be now. */
export const generatedDocs = (): readonly GeneratedDoc[] => [
  { path: 'docs/configuration.md', text: renderConfigurationPage() },
  { path: 'docs/tollgate.schema.json', text: renderJsonSchema() },
  { path: 'docs/dialects.md', text: renderDialectsPage() },
  { path: 'docs/errors.md', text: renderErrorsPage() },
  {
    path: 'docs/openapi.json',
    text: `${JSON.stringify(nativeOpenApi({ version: VERSION }), null, 2)}\n`,
  },
  {
    path: 'docs/admin-openapi.json',
    text: `${JSON.stringify(adminOpenApi({ version: VERSION }), null, 2)}\n`,
  },
];
