import type { GatewayError } from '../../chat/error.ts';
import type { ChatRequest } from '../../chat/request.ts';
import type { Tool } from '../../chat/tool.ts';
import type { JsonObject, JsonValue } from '../../json/json-value.ts';
import { err, ok, type Result } from '../../result.ts';
import type { DecodedRequest } from '../dialect.ts';
import { wireProblem } from '../wire-problem.ts';
import { camelNames } from './camel-names.ts';
import { decodeConfig } from './decode-config.ts';
import { decodeContents, decodeSystem } from './decode-contents.ts';
import { jsonSchemaOf } from './open-api-schema.ts';
import { asJson, asJsonObject, DIALECT, restOf, unknownFields } from './rest.ts';
import { sharedTool } from './shared-tools.ts';
import { type FunctionDeclaration, WireRequest, type WireTool } from './wire.ts';

/** The body with `model` and `stream` beside its fields, which this wire says in the address. */
export function decodeRequest(body: JsonObject): Result<DecodedRequest, GatewayError> {
  const parsed = WireRequest.safeParse(camelNames(body));
  if (!parsed.success) return err(wireProblem(parsed.error));
  const wire = parsed.data;
  const history = decodeContents(wire.contents);
  if (!history.ok) return history;
  const { settings, rest: restConfig } = decodeConfig(wire.generationConfig ?? {});
  const choice = decodeToolChoice(wire.toolConfig);
  const tools = (wire.tools ?? []).flatMap(decodeTools);
  const rest = {
    ...unknownFields(wire, KNOWN),
    ...(restConfig === undefined ? {} : { generationConfig: restConfig }),
    ...(choice.rest === undefined ? {} : { toolConfig: choice.rest }),
  };
  const request: ChatRequest = {
    ...settings,
    model: wire.model,
    messages: [...decodeSystem(wire.systemInstruction), ...history.value],
    stream: wire.stream === true,
    ...(tools.length === 0 ? {} : { tools }),
    ...(choice.toolChoice === undefined ? {} : { toolChoice: choice.toolChoice }),
    ...(wire.serviceTier == null ? {} : { serviceTier: wire.serviceTier }),
    ...(wire.store == null ? {} : { store: wire.store }),
    ...restOf(rest, []),
  };
  return ok({ request, losses: [] });
}

const KNOWN = [
  'model',
  'stream',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'serviceTier',
  'store',
];

/** One entry may declare functions and name several of the provider's own tools. */
function decodeTools(tool: WireTool): readonly Tool[] {
  const { functionDeclarations, ...others } = tool;
  const own = Object.entries(others).filter(([, value]) => value !== undefined && value !== null);
  return [
    ...(functionDeclarations ?? []).map(decodeFunction),
    ...own.map(
      ([name, value]): Tool => ({
        type: 'server',
        name,
        dialect: DIALECT,
        raw: { [name]: asJson(value) },
        ...sharedTool(name, asJson(value)),
      }),
    ),
  ];
}

function decodeFunction(declaration: FunctionDeclaration): Tool {
  const { name, description, parameters, parametersJsonSchema } = declaration;
  const schema =
    parametersJsonSchema == null
      ? parameters && jsonSchemaOf(asJsonObject(parameters))
      : asJsonObject(parametersJsonSchema);
  return {
    type: 'function',
    name,
    ...(description == null ? {} : { description }),
    ...(schema == null ? {} : { parameters: schema }),
    ...restOf(declaration, ['name', 'description', 'parameters', 'parametersJsonSchema']),
  };
}

interface DecodedChoice {
  readonly toolChoice?: NonNullable<ChatRequest['toolChoice']>;
  readonly rest?: JsonValue;
}

function decodeToolChoice(config: WireRequest['toolConfig']): DecodedChoice {
  if (config == null) return {};
  const { functionCallingConfig: calling, ...others } = config;
  const { mode, allowedFunctionNames, ...restCalling } = calling ?? {};
  const toolChoice = choiceOf(mode ?? undefined, allowedFunctionNames ?? []);
  const beside = toolChoice === undefined ? (calling ?? {}) : restCalling;
  const unknown = unknownFields(
    {
      ...others,
      functionCallingConfig: Object.keys(beside).length === 0 ? undefined : asJsonObject(beside),
    },
    [],
  );
  return {
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...(Object.keys(unknown).length === 0 ? {} : { rest: unknown }),
  };
}

function choiceOf(mode: string | undefined, names: readonly string[]): ChatRequest['toolChoice'] {
  const [only] = names;
  switch (mode?.toUpperCase()) {
    case 'ANY':
      if (only === undefined) return { type: 'required' };
      if (names.length === 1) return { type: 'one', name: only };
      return { type: 'allowed', mode: 'required', names };
    case 'VALIDATED':
      // Without names it holds arguments to their schemas: no other dialect has a word for that.
      return only === undefined ? undefined : { type: 'allowed', mode: 'auto', names };
    case 'AUTO':
      return { type: 'auto' };
    case 'NONE':
      return { type: 'none' };
    default:
      return undefined;
  }
}
