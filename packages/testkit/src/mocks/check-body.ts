import * as z from 'zod';
import type { ReceivedRequest } from '../replies/reply.ts';
import type { Fault } from './mock-server.ts';

/** The body must be declared as JSON, be JSON, and fit the schema. */
export function checkJsonBody(schema: z.ZodType, request: ReceivedRequest): Fault | undefined {
  const type = request.headers['content-type'] ?? 'none';
  if (!/^application\/json\b/i.test(type)) {
    return { status: 415, reason: `the content type is ${type}, not application/json` };
  }
  if (request.body === undefined) return { status: 400, reason: 'the body is no JSON' };
  const parsed = schema.safeParse(request.body);
  if (parsed.success) return undefined;
  const issues = parsed.error.issues.map(
    (issue) => `${z.core.toDotPath(issue.path) || 'body'}: ${issue.message}`,
  );
  return { status: 400, reason: issues.join('; ') };
}

/** Fails a body that has one of these fields: words of another dialect, or of the gateway itself. */
export function refuseFields(names: readonly string[]): (body: object) => string | undefined {
  return (body) => {
    const found = names.filter((name) => name in body);
    return found.length === 0 ? undefined : `fields that this API has not: ${found.join(', ')}`;
  };
}

/** `Bearer KEY`, exactly. */
export function checkBearer(request: ReceivedRequest, key: string): Fault | undefined {
  return request.headers.authorization === `Bearer ${key}`
    ? undefined
    : { status: 401, reason: 'authorization is not "Bearer " and the expected key' };
}
