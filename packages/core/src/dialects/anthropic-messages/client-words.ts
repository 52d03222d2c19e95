import { type ClientWords, contentPlaces, fieldOf, itemsOf, type Place } from '../client-words.ts';

/** What clients of the Messages API call it. */
export const clientWords: ClientWords = {
  settings: {
    maxOutputTokens: 'max_tokens',
    topP: 'top_p',
    topK: 'top_k',
    stopSequences: 'stop_sequences',
    output: 'output_config.format',
    'output.schema': 'output_config.format.schema',
    reasoning: ['thinking', 'output_config.effort'],
    'reasoning.enabled': 'thinking',
    'reasoning.effort': 'output_config.effort',
    'reasoning.budgetTokens': 'thinking.budget_tokens',
    'reasoning.visibility': 'thinking.display',
    toolChoice: 'tool_choice',
    parallelToolCalls: 'tool_choice.disable_parallel_tool_use',
    serviceTier: 'service_tier',
    endUser: 'metadata.user_id',
  },
  fields: {
    cache: 'cache_control',
    argumentsJson: 'input',
    annotations: 'citations',
    isError: 'is_error',
    name: 'title',
    state: 'signature',
  },
  toolFields: {
    cache: 'cache_control',
    parameters: 'input_schema',
    allowedDomains: 'allowed_domains',
    blockedDomains: 'blocked_domains',
    maxUses: 'max_uses',
    place: 'user_location',
    allowedTools: 'configs',
    deniedTools: 'configs',
  },
  places: (body) => {
    const system = fieldOf(body, 'system');
    return [
      ...(system == null ? [] : [{ path: 'system', parts: contentPlaces(system, 'system') }]),
      ...itemsOf(body, 'messages').flatMap((message, index) =>
        placesOf(message, `messages[${index}]`),
      ),
    ];
  },
  tools: (body) => {
    const tools = itemsOf(body, 'tools');
    const named = tools.map((tool) => fieldOf(tool, 'mcp_server_name'));
    const alone = itemsOf(body, 'mcp_servers').flatMap((server, index) =>
      named.includes(fieldOf(server, 'name')) ? [] : [`mcp_servers[${index}]`],
    );
    const paths = [...tools.map((_tool, index) => `tools[${index}]`), ...alone];
    return paths.map((path) => ({ path, inner: path }));
  },
};

/** Results of tools are messages of their own, as `decodeMessage` has it. */
function placesOf(message: unknown, path: string): readonly Place[] {
  const content = fieldOf(message, 'content');
  const places: Place[] = [];
  let run: string[] = [];
  const endRun = (): void => {
    if (run.length > 0) places.push({ path, parts: run });
    run = [];
  };
  for (const [index, part] of contentPlaces(content, `${path}.content`).entries()) {
    if (fieldOf(itemsOf(message, 'content')[index], 'type') === 'tool_result') {
      endRun();
      places.push({ path: part, parts: [part] });
    } else run.push(part);
  }
  endRun();
  return places.length === 0 ? [{ path, parts: [] }] : places;
}
