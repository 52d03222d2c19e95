import * as directory from '@tollgate/core/directory';
import * as z from 'zod';
import { createDocument, type ZodOpenApiOperationObject } from 'zod-openapi';
import { AdminErrorBody } from './admin-face.ts';
import { capital } from './resource-routes.ts';
import type { AdminRoute } from './route.ts';
import { ADMIN_ROUTES } from './routes.ts';

const SCHEMAS = {
  Budget: directory.BudgetWire,
  BudgetPatch: directory.BudgetPatchWire,
  NewBudget: directory.NewBudgetWire,
  CreatedKey: directory.CreatedKeyWire,
  Error: AdminErrorBody,
  Key: directory.KeyWire,
  KeyPatch: directory.KeyPatchWire,
  KeyRotation: directory.KeyRotationWire,
  NewKey: directory.NewKeyWire,
  NewOrganisation: directory.NewOrganisationWire,
  NewTeam: directory.NewTeamWire,
  NewUser: directory.NewUserWire,
  Organisation: directory.OrganisationWire,
  OrganisationPatch: directory.OrganisationPatchWire,
  Team: directory.TeamWire,
  TeamPatch: directory.TeamPatchWire,
  User: directory.UserWire,
  UserPatch: directory.UserPatchWire,
};

const CALL_HEADERS = {
  'x-tollgate-call': z.string().meta({ description: 'The id of this call, as in the log.' }),
};

const failure = (id: string, description: string) => ({
  id,
  description,
  headers: z.object(CALL_HEADERS),
  content: { 'application/json': { schema: AdminErrorBody } },
});

const FAILURES = {
  400: failure('Invalid', 'The request is not valid; `path` names the field.'),
  401: failure('Unauthorized', 'No key came, or one that is not valid.'),
  403: failure('Forbidden', 'The key may not do this.'),
  404: failure('NotFound', 'No such record, or none that this key may know of.'),
  409: failure('Conflict', 'It has changed since it was read, or something belongs to it.'),
  429: failure('TooMany', 'Too many requests.'),
  503: failure('Unavailable', 'The database cannot be read or written right now.'),
};

/** The administrators' API as OpenAPI 3.1, made of the routes that are mounted. */
export function adminOpenApi({
  version,
}: {
  readonly version: string;
}): ReturnType<typeof createDocument> {
  const paths: { [path: string]: { [method: string]: ZodOpenApiOperationObject } } = {};
  for (const route of ADMIN_ROUTES) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return createDocument(
    {
      openapi: '3.1.0',
      info: { title: 'Tollgate administration', version, description: ABOUT },
      security: [{ bearer_auth: [] }],
      tags: [...new Set(ADMIN_ROUTES.map(({ tag }) => tag))].map((name) => ({ name })),
      paths,
      components: {
        schemas: SCHEMAS,
        securitySchemes: { bearer_auth: { type: 'http', scheme: 'bearer' } },
      },
    },
    { override: ({ jsonSchema }) => withoutBounds(jsonSchema) },
  );
}

function operationOf(route: AdminRoute): ZodOpenApiOperationObject {
  const { operationId, tag, summary, body, query, reply, status } = route;
  const hasId = route.path.includes('{id}');
  return {
    operationId,
    tags: [tag],
    summary,
    requestParams: {
      ...(hasId && { path: z.object({ id: directory.IdWire }) }),
      ...(query instanceof z.ZodPipe && query.in instanceof z.ZodObject && { query: query.in }),
    },
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: body } } },
    }),
    responses: {
      [status]: {
        description: capital(status === 201 ? 'made' : 'done'),
        headers: z.object(CALL_HEADERS),
        content: { 'application/json': { schema: reply } },
      },
      ...FAILURES,
    },
  };
}

/** The bounds of all integers say nothing. */
function withoutBounds(schema: { maximum?: unknown; minimum?: unknown }): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
}

const ABOUT =
  'Organisations, teams, users, keys and budgets. For keys of the role admin; any key may read itself at `/admin/v1/keys/self`. Instants are Unix milliseconds. A change names the `version` that it was made from.';
