import { changed, type Loss, lost } from '../chat/loss.ts';
import type { ChatRequest, OutputFormat } from '../chat/request.ts';
import type { FunctionTool } from '../chat/tool.ts';
import { isForcing } from '../dialects/is-forcing.ts';
import type { JsonObject } from '../json/json-value.ts';
import type { Ability } from '../providers/ability.ts';

type SchemaOutput = Extract<OutputFormat, { readonly type: 'json-schema' }>;

/** A request whose output is held to a schema by other means than the dialect's own. */
export interface EmulatedOutput {
  readonly request: ChatRequest;
  readonly losses: readonly Loss[];
  /** The tool whose arguments are the output; absent: the output is what the model says. */
  readonly toolName?: string;
}

/**
 * The schema as that of a tool which the model is made to call. Undefined where it can't be made to,
 * or where a schema is none of an object, as arguments are.
 */
export function outputByTool(request: ChatRequest, ability: Ability): EmulatedOutput | undefined {
  const { output, tools = [], toolChoice } = request;
  if (output?.type !== 'json-schema' || ability.tools === false) return undefined;
  const { output: _output, ...asked } = request;
  // Whoever insists on a call of another tool gets no output from this turn.
  if (isForcing(toolChoice)) {
    const why = 'this turn is a call of a tool, which has a schema of its own';
    return { request: asked, losses: [changed('outputSchema', 'output', 'emulated', why)] };
  }
  if (ability.toolForcing === false || !isObjectSchema(output.schema)) return undefined;
  const name = freeName(new Set(tools.map((tool) => tool.name)));
  const isAlone = tools.length === 0 || toolChoice?.type === 'none';
  const why = 'the schema is that of a tool which the model is made to call';
  return {
    request: {
      ...asked,
      tools: [...tools, toolOf(output, name)],
      toolChoice: isAlone ? { type: 'one', name } : choiceBeside(toolChoice, name),
    },
    losses: [changed('outputSchema', 'output', 'emulated', why)],
    toolName: name,
  };
}

/** Either one of the client's own tools is called, or the one that is the output. */
const choiceBeside = (
  choice: ChatRequest['toolChoice'],
  name: string,
): NonNullable<ChatRequest['toolChoice']> =>
  choice?.type === 'allowed'
    ? { type: 'allowed', mode: 'required', names: [...choice.names, name] }
    : { type: 'required' };

const isObjectSchema = (schema: JsonObject): boolean =>
  schema['type'] === 'object' || (schema['type'] === undefined && 'properties' in schema);

const toolOf = (output: SchemaOutput, name: string): FunctionTool => ({
  type: 'function',
  name,
  description:
    output.description ??
    'Gives the answer, whole and in this form. To be called once, at the end.',
  parameters: output.schema,
});

function freeName(taken: ReadonlySet<string>): string {
  if (!taken.has('json')) return 'json';
  for (let count = 2; ; count += 1) if (!taken.has(`json_${count}`)) return `json_${count}`;
}

/** The schema in words, beside the dialect's own mode for JSON; beside tools it is kept to as well as may be. */
export function outputByWords(request: ChatRequest): EmulatedOutput | undefined {
  const { output, messages } = request;
  if (output?.type !== 'json-schema') return undefined;
  const { description, schema } = output;
  const about = description === undefined ? '' : ` (${description})`;
  const text = `Answer in JSON only${about}, by this JSON Schema:\n${JSON.stringify(schema)}`;
  // Behind the client's own instructions, and before all else: what providers cache stays the same.
  const first = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer');
  const at = first === -1 ? messages.length : first;
  const why = 'the schema is told in words, and kept to by the model alone';
  return {
    request: {
      ...request,
      output: { type: 'json' },
      messages: [
        ...messages.slice(0, at),
        { role: 'system', content: [{ type: 'text', text }] },
        ...messages.slice(at),
      ],
    },
    losses: [changed('outputSchema', 'output', 'emulated', why)],
  };
}

export const unheldOutput = (): Loss =>
  lost('outputSchema', 'output', 'this model can not be held to a schema');
