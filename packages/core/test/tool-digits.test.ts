import { describe, expect, it } from 'vitest';
import { bedrockConverse } from '../src/dialects/bedrock-converse/index.ts';
import {
  anthropicMessages,
  cohereChat,
  type Dialect,
  gemini,
  openAiChat,
  openAiResponses,
} from '../src/dialects/index.ts';
import { parseJson } from '../src/json/index.ts';
import { ANSWERING, TARGET } from './codec-contract.ts';
import { asObject } from './requests/leaves.ts';

/** 2^53 + 1, which a double rounds to its neighbour. */
const ARGUMENTS = '{"id":9007199254740993}';

function parsed(text: string) {
  const body = parseJson(text);
  if (!body.ok) throw new Error(body.error.message);
  return body.value;
}

const CLAUDE_CALL = `{"type":"tool_use","id":"c","name":"f","input":${ARGUMENTS}}`;
const GEMINI_CALL = `{"functionCall":{"id":"c","name":"f","args":${ARGUMENTS}}}`;
const BEDROCK_CALL = `{"toolUse":{"toolUseId":"c","name":"f","input":${ARGUMENTS}}}`;

describe('a number that a double can not hold', () => {
  it.each<[Dialect, string]>([
    [
      anthropicMessages,
      `{"id":"m","type":"message","role":"assistant","model":"m","content":[${CLAUDE_CALL}],"stop_reason":"tool_use","usage":{}}`,
    ],
    [gemini, `{"candidates":[{"content":{"parts":[${GEMINI_CALL}]},"finishReason":"STOP"}]}`],
    [
      bedrockConverse,
      `{"output":{"message":{"role":"assistant","content":[${BEDROCK_CALL}]}},"stopReason":"tool_use"}`,
    ],
  ])('keeps its digits in a call of $id for clients of every dialect', (provider, body) => {
    const reply = provider.decodeReply(parsed(body), TARGET);
    if (!reply.ok) throw new Error(JSON.stringify(reply.error));

    for (const face of [openAiChat, openAiResponses, anthropicMessages, gemini]) {
      const said = JSON.stringify(face.encodeReply(reply.value, ANSWERING).value);
      expect(said.replaceAll('\\"', '"')).toContain(ARGUMENTS);
    }
  });

  it.each<[Dialect, string]>([
    [
      anthropicMessages,
      `{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[${CLAUDE_CALL}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":"b"}]}]}`,
    ],
    [
      gemini,
      `{"model":"m","contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[${GEMINI_CALL}]},{"role":"user","parts":[{"functionResponse":{"id":"c","name":"f","response":${ARGUMENTS}}}]}]}`,
    ],
  ])('keeps its digits in a history of $id for every provider', (client, body) => {
    const decoded = client.decodeRequest(asObject(parsed(body)));
    if (!decoded.ok) throw new Error(JSON.stringify(decoded.error));

    for (const provider of [openAiChat, anthropicMessages, gemini, cohereChat, bedrockConverse]) {
      const said = provider.encodeRequest(decoded.value.request, TARGET);
      if (!said.ok) throw new Error(said.error.kind);
      const written = JSON.stringify(said.value.value).replaceAll('\\"', '"');
      const held = written.match(/9007199254740\d+/g);
      expect(new Set(held)).toEqual(new Set(['9007199254740993']));
    }
  });
});
