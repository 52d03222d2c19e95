import type { GatewayError } from '../../chat/error.ts';
import type { FunctionTool, ToolChoice } from '../../chat/tool.ts';
import { checkJsonSchema } from '../../json/json-schema-check.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { err, ok, type Result } from '../../result.ts';
import { jsonPath } from '../wire-problem.ts';
import type { NativeChatRequest } from './wire.ts';

type WireTool = NonNullable<NativeChatRequest['tools']>[number];
type WireToolChoice = NonNullable<NativeChatRequest['tool_choice']>;

/** Stricter than most providers: no hyphens. */
export const TOOL_NAME = /^[A-Za-z0-9_]+$/;

/** Checks in the contract's order: name, description, parameters; the first failure wins. */
export function decodeTools(
  tools: readonly WireTool[],
): Result<readonly FunctionTool[], GatewayError> {
  const decoded: FunctionTool[] = [];
  for (const [index, tool] of tools.entries()) {
    const problem = checkTool(tool, ['tools', index, 'function']);
    if (problem !== undefined) return err(problem);
    const { name, description, parameters } = tool.function;
    decoded.push({ type: 'function', name, description, parameters });
  }
  return ok(decoded);
}

function checkTool(
  { function: { name, description, parameters } }: WireTool,
  path: readonly (string | number)[],
): GatewayError | undefined {
  const tool = `tool "${name.slice(0, 64)}"`;
  if (!TOOL_NAME.test(name)) {
    return invalid(
      [...path, 'name'],
      `Invalid name of ${tool}: expected letters, digits and underscores only, and at least one`,
    );
  }
  if (description === '') {
    return invalid([...path, 'description'], `the description of ${tool} must not be empty`);
  }
  return checkParameters(parameters, tool, [...path, 'parameters']);
}

function checkParameters(
  parameters: JsonObject,
  tool: string,
  path: readonly (string | number)[],
): GatewayError | undefined {
  const type = parameters['type'];
  if (type !== 'object') {
    const said =
      type === undefined
        ? 'have no "type"'
        : typeof type === 'string'
          ? `have the type "${type.slice(0, 64)}"`
          : 'have a "type" that is no text';
    return invalid([...path, 'type'], `the parameters of ${tool} ${said}; expected "object"`);
  }
  const problem = checkJsonSchema(parameters);
  if (problem === undefined) return undefined;
  return invalid(
    [...path, ...problem.path],
    `the parameters of ${tool} are no valid JSON Schema: ${problem.detail}`,
  );
}

const invalid = (path: readonly (string | number)[], detail: string): GatewayError => ({
  kind: 'invalid_request',
  path: jsonPath(path),
  detail,
});

export const decodeToolChoice = (choice: WireToolChoice): ToolChoice =>
  typeof choice === 'string' ? { type: choice } : { type: 'one', name: choice.function.name };
