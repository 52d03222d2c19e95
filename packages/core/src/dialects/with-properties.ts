import type { JsonObject } from '../json/json-value.ts';

/**
 * A function's parameters as OpenAI takes them: an object that lists no properties is refused there
 * ("object schema missing properties"), where others, and MCP servers most, let it mean that there
 * are none.
 */
export const withProperties = (parameters: JsonObject): JsonObject =>
  parameters['type'] !== 'object' || parameters['properties'] !== undefined
    ? parameters
    : { ...parameters, properties: {} };
