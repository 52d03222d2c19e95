import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { ChatRequest } from '../../chat/request.ts';
import type { FunctionTool, ToolChoice } from '../../chat/tool.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import type { Target } from '../dialect.ts';
import { isForcing } from '../is-forcing.ts';
import { encodeServerTool } from '../server-tools.ts';
import { DIALECT, fieldsOf } from './rest.ts';
import { rewriteSchema } from './rewrite-schema.ts';
import { WORDS } from './shared-tools.ts';

/** `tools` and `toolConfig`, each where there is something to say. */
export function encodeTools(
  request: ChatRequest,
  { ability, quirks }: Target,
  losses: Loss[],
): JsonObject {
  const { tools = [], parallelToolCalls } = request;
  const restConfig = fieldsOf(request.rest)['toolConfig'];
  if (tools.length > 0 && ability.tools === false) {
    losses.push(lost('tools', 'tools', 'this model calls no tools'));
    return {};
  }
  const functions: JsonObject[] = [];
  const own: JsonObject[] = [];
  const named = new Set<string>();
  for (const [index, tool] of tools.entries()) {
    const path = `tools[${index}]`;
    if (tool.type === 'function') functions.push(encodeFunction(tool, path, losses));
    else {
      const said = encodeServerTool({ tool, path }, WORDS, quirks, (loss) => losses.push(loss));
      if (said === undefined) continue;
      own.push(said);
      if (tool.dialect !== DIALECT) named.add(tool.name);
    }
  }
  if (parallelToolCalls === false && functions.length > 0) {
    losses.push(
      lost('parallelToolCalls', 'parallelToolCalls', 'calls can not be kept from coming together'),
    );
  }
  const list = [...(functions.length === 0 ? [] : [{ functionDeclarations: functions }]), ...own];
  const toolChoice = encodableChoice(request, named, losses);
  const config = encodeConfig(toolChoice, restConfig);
  if (list.length === 0 && toolChoice !== undefined && toolChoice.type !== 'none') {
    if (toolChoice.type !== 'auto') {
      losses.push(
        lost('toolChoiceWithoutTools', 'toolChoice', 'there are no tools to choose from'),
      );
    }
    return {};
  }
  return {
    ...(list.length === 0 ? {} : { tools: list }),
    ...(config === undefined ? {} : { toolConfig: config }),
  };
}

/** Only functions can be chosen here, and another dialect's clients may choose a search too. */
function encodableChoice(
  { tools = [], toolChoice }: ChatRequest,
  foreign: ReadonlySet<string>,
  losses: Loss[],
): ToolChoice | undefined {
  const hasFunctions = tools.some(({ type }) => type === 'function');
  const isUnsayable =
    namesOf(toolChoice).some((name) => foreign.has(name)) ||
    (foreign.size > 0 && !hasFunctions && isForcing(toolChoice));
  if (!isUnsayable) return toolChoice;
  losses.push(lost('toolChoice', 'toolChoice', 'only functions can be chosen here'));
  return undefined;
}

function namesOf(choice: ToolChoice | undefined): readonly string[] {
  if (choice?.type === 'one') return [choice.name];
  return choice?.type === 'allowed' ? choice.names : [];
}

function encodeFunction(tool: FunctionTool, path: string, losses: Loss[]): JsonObject {
  if (tool.cache !== undefined) {
    losses.push(lost('cacheMark', `${path}.cache`, 'no cache marks here'));
  }
  if (tool.strict === true) {
    losses.push(lost('strictTools', `${path}.strict`, 'arguments are not held to the schema here'));
  }
  const rewritten = tool.parameters === undefined ? undefined : rewriteSchema(tool.parameters);
  for (const { path: at, action, why } of rewritten?.changes ?? []) {
    losses.push(
      changed('schemaKeyword', `${path}.parameters${at === '' ? '' : `.${at}`}`, action, why),
    );
  }
  return {
    ...fieldsOf(tool.rest),
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    ...(rewritten === undefined ? {} : { parametersJsonSchema: rewritten.schema }),
  };
}

function encodeConfig(
  choice: ToolChoice | undefined,
  rest: JsonValue | undefined,
): JsonObject | undefined {
  const kept: JsonObject = isJsonObject(rest) ? rest : {};
  const calling = kept['functionCallingConfig'];
  const functionCallingConfig = {
    ...(isJsonObject(calling) ? calling : {}),
    ...(choice === undefined ? {} : callingOf(choice)),
  };
  const config = {
    ...kept,
    ...(Object.keys(functionCallingConfig).length === 0 ? {} : { functionCallingConfig }),
  };
  return Object.keys(config).length === 0 ? undefined : config;
}

function callingOf(choice: ToolChoice): JsonObject {
  switch (choice.type) {
    case 'auto':
      return { mode: 'AUTO' };
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    case 'one':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] };
    case 'allowed':
      // AUTO takes no list of names; VALIDATED chooses between words and these functions.
      return {
        mode: choice.mode === 'required' ? 'ANY' : 'VALIDATED',
        allowedFunctionNames: choice.names,
      };
  }
}
