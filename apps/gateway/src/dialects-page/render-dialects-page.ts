import { FEATURE_NAMES, FEATURES } from '@tollgate/core/chat';
import {
  anthropicMessages,
  bedrockConverse,
  type Codec,
  cohereChat,
  type Dialect,
  gemini,
  native,
  openAiChat,
  openAiResponses,
} from '@tollgate/core/dialects';
import { LOSS_POLICIES, SETTABLE_FEATURES } from '../config/loss-schema.ts';
import { type Outcome, replyOutcome, requestOutcome } from './outcomes.ts';
import { REPLY_SAMPLES } from './reply-samples.ts';
import { REQUEST_SAMPLES } from './request-samples.ts';

/** What providers speak, in the order of the page's columns. */
export const PROVIDER_DIALECTS: readonly Dialect[] = [
  openAiChat,
  openAiResponses,
  anthropicMessages,
  gemini,
  bedrockConverse,
  cohereChat,
];

/** What clients speak; a client of tRPC is told everything, in the hub's own words. */
export const FACE_DIALECTS: readonly Codec[] = [
  openAiChat,
  openAiResponses,
  anthropicMessages,
  gemini,
  native,
];

const WORDS: { readonly [outcome in Outcome]: string } = {
  mapped: 'mapped',
  emulated: 'emulated',
  clamped: 'clamped',
  moved: 'moved',
  dropped: 'dropped',
  refused: '**refused**',
  silent: 'LOST',
};

/** `dialects.md`: what becomes of everything that can be said, read off what the encoders do. */
export function renderDialectsPage(): string {
  const sampled = FEATURE_NAMES.filter((name) => REQUEST_SAMPLES[name] !== undefined);
  const requests = sampled.map((name) =>
    row([
      `\`${name}\``,
      FEATURES[name].about,
      ...PROVIDER_DIALECTS.map((dialect) => WORDS[requestOutcome(dialect, name) ?? 'mapped']),
    ]),
  );
  const replies = Object.keys(REPLY_SAMPLES).map((name) =>
    row([name, ...FACE_DIALECTS.map((dialect) => WORDS[replyOutcome(dialect, name)])]),
  );
  const policies = SETTABLE_FEATURES.map((name) =>
    row([
      `\`${name}\``,
      FEATURES[name].about,
      FEATURES[name].weight === 'meaning' ? '`refuse`' : '`drop`',
    ]),
  );
  return [
    INTRODUCTION,
    '## Requests, by what the provider speaks\n',
    REQUESTS,
    table(['Feature', 'What it is', ...PROVIDER_DIALECTS.map(({ id }) => `\`${id}\``)], requests),
    '\n## Replies, by what the client speaks\n',
    REPLIES,
    table(['What was answered', ...FACE_DIALECTS.map(({ id }) => `\`${id}\``)], replies),
    '\n## What is refused, and how to set it\n',
    POLICIES,
    table(['Feature', 'What it is', 'Unless set'], policies),
    '',
  ].join('\n');
}

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

const table = (head: readonly string[], rows: readonly string[]): string =>
  [row(head), row(head.map(() => '---')), ...rows].join('\n');

const INTRODUCTION = `# Dialects

<!-- Written by running the encoders, by \`node scripts/run.mjs scripts/write-docs.ts\`: change them, or core/src/chat/features.ts. -->

Where client and provider speak the same dialect, everything **passes** as it came, unknown fields included. Else a request is translated, and of each thing that it says one of these becomes:

- *mapped*: said in the provider's own words;
- *emulated*, *clamped*, *moved*: said otherwise, to another value, at another place. The call goes on, and \`x-tollgate-dropped\` names it, as in \`max_tokens:clamped\`;
- *dropped*: left out. The call goes on, and \`x-tollgate-dropped\` names it;
- **refused**: a 400 that names it, and nobody is asked.

Names are the client's own (\`messages[2].tool_calls[0]\`, \`contents[1].parts[0]\`), in the ledger the hub's. \`x-tollgate-strict: true\` on a request refuses whatever would not be said exactly, with the whole list.
`;

const REQUESTS = `Of a model that can all that its dialect has words for, but where a feature is about what a model can't (\`tools\`, \`prefill\`). What a known model can't besides is told the same way. A provider that speaks several dialects is asked in the one that loses least.

\`background\`, \`storedConversation\` and \`storedPrompt\` are told by the Responses face where the provider doesn't keep such things, \`dimensions\` to \`truncation\` by embeddings, \`suffix\` to \`bestOf\` by legacy completions, \`providerHeaders\` by any face whose client sends headers that only its own dialect has.
`;

const REPLIES = `Nothing of a reply is refused: it was paid for. What its face has no place for stands in the ledger, and in \`x-tollgate-dropped\` where the reply isn't streamed. A client of tRPC is told everything.
`;

const POLICIES = `The settings file says it for a model, or for all whose names begin alike; the longest name counts:

\`\`\`yaml
losses:
  "anthropic/*": { seed: refuse }
  "anthropic/claude-opus-5-5": { toolChoice: drop, reasoning: exact }
\`\`\`

${LOSS_POLICIES.map((policy) => `\`${policy}\``).join(', ')}: left out and told; refused where it would be left out; refused also where it could only be said otherwise.
`;
