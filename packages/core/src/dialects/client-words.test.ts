import { describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '../json/json-value.ts';
import { anthropicMessages } from './anthropic-messages/index.ts';
import { clientPaths } from './client-words.ts';
import type { Codec } from './dialect.ts';
import { gemini } from './gemini/index.ts';
import { native } from './native/index.ts';
import { openAiChat } from './openai-chat/index.ts';
import { openAiResponses } from './openai-responses/index.ts';

function told({ clientWords: words }: Codec, body: JsonObject, path: string): string {
  if (words === undefined) throw new Error('has no words');
  return clientPaths(words, body)(path);
}

describe('Chat Completions', () => {
  const body = {
    max_tokens: 5,
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text' }, { type: 'file' }] },
      {
        role: 'assistant',
        reasoning_content: 'Hm.',
        content: 'So',
        tool_calls: [{ id: 'a' }, { id: 'b' }],
      },
      { role: 'tool', tool_call_id: 'a', content: [{ type: 'text' }, { type: 'image_url' }] },
    ],
    tools: [{ type: 'custom' }, { type: 'function', function: {} }],
    functions: [{ name: 'old' }],
  };

  it.each([
    ['maxOutputTokens', 'max_tokens'],
    ['topK', 'top_k'],
    ['seed', 'seed'],
    ['stopSequences', 'stop'],
    ['reasoning.effort', 'reasoning_effort'],
    ['output.schema.properties.a', 'response_format.json_schema.schema.properties.a'],
    ['endUser', 'safety_identifier'],
    ['rest.prediction', 'prediction'],
    ['messages[1].content[1]', 'messages[1].content[1]'],
    ['messages[1].content[1].cache', 'messages[1].content[1].cache_control'],
    ['messages[2].content[0]', 'messages[2].reasoning_content'],
    ['messages[2].content[1]', 'messages[2].content'],
    ['messages[2].content[3].argumentsJson', 'messages[2].tool_calls[1].function.arguments'],
    ['messages[3].content[0].content[1]', 'messages[3].content[1]'],
    ['tools[0]', 'tools[0]'],
    ['tools[1].parameters.oneOf', 'tools[1].function.parameters.oneOf'],
    ['tools[1].rest.defer_loading', 'tools[1].function.defer_loading'],
    ['tools[2].strict', 'functions[0].strict'],
    ['anthropic-beta', 'anthropic-beta'],
    ['messages[9].cache', 'messages[9].cache'],
  ])('calls %s %s', (path, wanted) => {
    expect(told(openAiChat, body, path)).toBe(wanted);
  });
});

describe('Messages', () => {
  const body = {
    system: [{ type: 'text' }, { type: 'text' }],
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: [{ type: 'thinking' }, { type: 'tool_use' }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', content: [{ type: 'image' }] },
          { type: 'text' },
          { type: 'document' },
        ],
      },
    ],
    tools: [{ name: 'a' }],
  };

  it.each([
    ['maxOutputTokens', 'max_tokens'],
    ['topK', 'top_k'],
    ['reasoning', 'thinking'],
    ['reasoning.effort', 'output_config.effort'],
    ['reasoning.budgetTokens', 'thinking.budget_tokens'],
    ['output.schema', 'output_config.format.schema'],
    ['parallelToolCalls', 'tool_choice.disable_parallel_tool_use'],
    ['messages[0].content[1].cache', 'system[1].cache_control'],
    ['messages[1].content[0]', 'messages[0].content'],
    ['messages[2].content[0]', 'messages[1].content[0]'],
    ['messages[2].content[1].argumentsJson', 'messages[1].content[1].input'],
    ['messages[3].content[0].isError', 'messages[2].content[0].is_error'],
    ['messages[3].content[0].content[0]', 'messages[2].content[0].content[0]'],
    ['messages[4].content[1].name', 'messages[2].content[2].title'],
    ['tools[0].parameters', 'tools[0].input_schema'],
  ])('calls %s %s', (path, wanted) => {
    expect(told(anthropicMessages, body, path)).toBe(wanted);
  });
});

describe('Responses', () => {
  const body = {
    instructions: 'Be brief.',
    input: [
      { role: 'user', content: [{ type: 'input_text' }, { type: 'input_image' }] },
      { type: 'reasoning', summary: [{ text: 'a' }, { text: 'b' }] },
      { type: 'message', role: 'assistant', id: 'm', content: [{ type: 'output_text' }] },
      { type: 'function_call', call_id: 'c' },
      { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_image' }] },
      { role: 'assistant', content: 'So' },
      { role: 'assistant', content: 'And so' },
    ],
    tools: [{ type: 'web_search' }],
  };

  it.each([
    ['maxOutputTokens', 'max_output_tokens'],
    ['output.schema', 'text.format.schema'],
    ['reasoning.visibility', 'reasoning.summary'],
    ['reasoning.effort', 'reasoning.effort'],
    ['messages', 'input'],
    ['messages[0].content[0]', 'instructions'],
    ['messages[1].content[1].detail', 'input[0].content[1].detail'],
    ['messages[2].content[1]', 'input[1].summary[1]'],
    ['messages[2].content[2]', 'input[2].content[0]'],
    ['messages[2].content[3].argumentsJson', 'input[3].arguments'],
    ['messages[3].content[0].content[0]', 'input[4].output[0]'],
    ['messages[5].content[0]', 'input[6].content'],
    ['tools[0]', 'tools[0]'],
    ['previous_response_id', 'previous_response_id'],
  ])('calls %s %s', (path, wanted) => {
    expect(told(openAiResponses, body, path)).toBe(wanted);
  });
});

describe('Gemini', () => {
  const body = {
    system_instruction: { parts: [{ text: 'Be brief.' }] },
    contents: [
      { role: 'user', parts: [{ text: 'Hi' }, {}, { inline_data: {} }] },
      { role: 'model', parts: [{ functionCall: { name: 'f' } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'f' } }, { text: 'So?' }] },
    ],
    tools: [{ googleSearch: {} }, { functionDeclarations: [{ name: 'f' }, { name: 'g' }] }],
    generationConfig: { responseSchema: {} },
  };

  it.each([
    ['seed', 'generationConfig.seed'],
    ['n', 'generationConfig.candidateCount'],
    ['maxOutputTokens', 'generationConfig.maxOutputTokens'],
    ['output.schema', 'generationConfig.responseSchema'],
    ['reasoning.budgetTokens', 'generationConfig.thinkingConfig.thinkingBudget'],
    ['toolChoice', 'toolConfig.functionCallingConfig'],
    ['messages[0].content[0]', 'systemInstruction.parts[0]'],
    ['messages[1].content[1]', 'contents[0].parts[2]'],
    ['messages[2].content[0].argumentsJson', 'contents[1].parts[0].functionCall.args'],
    ['messages[3].content[0].isError', 'contents[2].parts[0].functionResponse.response.error'],
    ['messages[4].content[0].cache', 'contents[2].parts[1].cache'],
    ['tools[0]', 'tools[0].googleSearch'],
    [
      'tools[2].parameters.pattern',
      'tools[1].functionDeclarations[1].parametersJsonSchema.pattern',
    ],
  ])('calls %s %s', (path, wanted) => {
    expect(told(gemini, body, path)).toBe(wanted);
  });
});

describe('the native contract', () => {
  const body = {
    messages: [
      { role: 'user', content: [{ type: 'text' }, { type: 'image_url' }] },
      { role: 'assistant', content: '', tool_calls: [{ id: 'a' }] },
      { role: 'tool', tool_call_id: 'a', content: 'x' },
    ],
    tools: [{ type: 'function', function: { name: 'f' } }],
  };

  it.each([
    ['maxOutputTokens', 'max_tokens'],
    ['stopSequences', 'stop'],
    ['messages[0].content[1].detail', 'messages[0].content[1].image_url.detail'],
    ['messages[1].content[0].argumentsJson', 'messages[1].tool_calls[0].function.arguments'],
    ['messages[2].content[0]', 'messages[2]'],
    ['tools[0].parameters.pattern', 'tools[0].function.parameters.pattern'],
    ['messages[0].weight', 'messages[0].weight'],
  ])('calls %s %s', (path, wanted) => {
    expect(told(native, body, path)).toBe(wanted);
  });
});

describe('many paths of one body', () => {
  it('are found by laying it out once', () => {
    const words = openAiChat.clientWords;
    if (words === undefined) throw new Error('has no words');
    const [places, tools] = [vi.fn(words.places), vi.fn(words.tools)];
    const body = {
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'user', content: 'Ho' },
      ],
      tools: [{ type: 'custom' }],
    };

    const pathOf = clientPaths({ ...words, places, tools }, body);
    const found = ['messages[0].name', 'messages[1].name', 'tools[0]', 'tools[0]'].map(pathOf);

    expect(found).toEqual(['messages[0].name', 'messages[1].name', 'tools[0]', 'tools[0]']);
    expect([places.mock.calls.length, tools.mock.calls.length]).toEqual([1, 1]);
  });
});
