/** `meaning`: refused unless told otherwise. `hint`: the call goes on and the client is told. */
export type Weight = 'meaning' | 'hint';

/** `reply`: of replies alone, which can't be refused. `fixed`: nothing could be sent without it. */
type Of = 'request' | 'reply' | 'fixed';

interface FeatureFacts {
  /** What leaving it out weighs. To say it otherwise (clamped, emulated, moved) is a hint always. */
  readonly weight: Weight;
  readonly about: string;
  readonly of: Of;
}

const meaning = (about: string, of: Of = 'request'): FeatureFacts => ({
  weight: 'meaning',
  about,
  of,
});
const hint = (about: string, of: Of = 'request'): FeatureFacts => ({ weight: 'hint', about, of });

/**
 * Everything that a dialect may have no words for, and how much each matters: the one table behind
 * the refusals, `x-tollgate-dropped`, the settings file and the docs. Where the hub has a field for
 * it, a feature has the name of that field.
 */
const TABLE = {
  // Settings of a request
  maxOutputTokens: hint('the limit of output tokens'),
  temperature: hint('the temperature'),
  topP: hint('nucleus sampling'),
  topK: hint('sampling from the likeliest tokens'),
  minP: hint('sampling above a least probability'),
  frequencyPenalty: hint('the penalty on frequent tokens'),
  presencePenalty: hint('the penalty on tokens that were there'),
  repetitionPenalty: hint('the penalty on repeated tokens'),
  seed: hint('the seed'),
  logprobs: hint('log probabilities, asked for or answered'),
  logitBias: hint('biases on tokens'),
  n: meaning('more choices than one'),
  stopSequences: meaning('stop sequences'),
  verbosity: hint('how much is written'),
  modalities: meaning('output other than text'),
  audioFormat: hint('the format and voice of audio that is written'),
  jsonOutput: hint('output as JSON without a schema'),
  outputSchema: meaning('output by a schema; of a strict one, each of its keywords'),
  outputGrammar: meaning('output by a grammar that only the client’s dialect knows'),
  outputDescription: hint('the description beside a schema for output'),
  schemaKeyword: hint('keywords in schemas of tools and of output that is not strict'),
  reasoning: hint('reasoning, switched on or off or shown'),
  reasoningEffort: hint('the effort of reasoning'),
  reasoningBudget: hint('the budget of reasoning'),
  reasoningVisibility: hint('how much reasoning is shown'),
  tools: meaning('tools, to a model that calls none'),
  serverTools: meaning('tools that only another provider runs'),
  searchDomains: meaning('limits on where a search looks'),
  searchSettings: hint('how a search is done'),
  mcpApproval: meaning('a say in the calls of an MCP server’s tools, before they are made'),
  mcpTools: meaning('limits on which of an MCP server’s tools are called'),
  mcpHeaders: meaning('headers for an MCP server, besides its access token'),
  toolName: meaning('names of tools'),
  toolDescription: hint('descriptions of tools'),
  strictTools: hint('holding arguments to the schema of a tool'),
  toolChoice: meaning('the choice of a tool, forced or forbidden'),
  toolChoiceWithoutTools: hint('a choice of a tool where none is given'),
  parallelToolCalls: hint('keeping calls from coming together'),
  serviceTier: hint('the service tier'),
  metadata: hint('metadata'),
  endUser: hint('the end user'),
  cacheKey: hint('the key of the prompt cache'),
  store: hint('keeping the reply'),
  background: meaning('answering in the background'),
  storedConversation: meaning('a conversation that another provider keeps'),
  storedPrompt: meaning('a prompt that another provider keeps'),
  dimensions: meaning('the length of vectors'),
  vectorType: meaning('vectors of other numbers than floats'),
  tokenInput: meaning('input as tokens'),
  embeddingTask: hint('what vectors are for'),
  documentTitle: hint('the title of what is embedded'),
  truncation: hint('where an input that is too long is cut'),
  suffix: meaning('the text after a completion'),
  echo: meaning('the prompt before its completion'),
  bestOf: meaning('the best of several completions'),
  unknownFields: hint('fields that only the client’s dialect knows'),
  providerHeaders: hint('headers that only the client’s dialect has'),
  // The conversation
  noMessages: meaning('a conversation without a message', 'fixed'),
  systemPlace: hint('instructions amid the conversation'),
  systemMedia: meaning('instructions that are not text'),
  prefill: meaning('a last message of the assistant, to go on from'),
  participantName: hint('names of participants'),
  cacheMark: hint('marks for the prompt cache'),
  image: meaning('images'),
  audio: meaning('audio'),
  file: meaning('files'),
  video: meaning('video'),
  mediaDetail: hint('the resolution of an image'),
  mediaName: hint('the name of a file'),
  generatedMedia: hint('media that the model made, in a later turn'),
  transcript: hint('the words of generated audio', 'reply'),
  refusal: hint('the mark of a refusal'),
  annotations: hint('citations'),
  earlierReasoning: hint('the reasoning of earlier turns'),
  providerState: hint('what a provider wants back in the next turn'),
  callPlace: hint('tool calls amid text'),
  toolArguments: hint('arguments that are no JSON object'),
  toolResultPlace: hint('results that do not follow their calls'),
  toolResultError: hint('the mark of a failed tool call'),
  toolResultMedia: meaning('results of tools that are not text'),
  serverToolTurn: hint('what a provider’s own tool did in an earlier turn'),
  foreignPart: meaning('content that only another dialect knows'),
  misplacedPart: meaning('content that its speaker can not say'),
  // Replies
  foreignTurn: hint('what a model said that only another dialect knows', 'reply'),
  replyMedia: meaning('media that a model made', 'reply'),
  choices: meaning('choices beyond the first', 'reply'),
  usage: hint('counts of usage', 'reply'),
} as const satisfies { readonly [feature: string]: FeatureFacts };

export type Feature = keyof typeof TABLE;

export const isFeature = (name: string): name is Feature => Object.hasOwn(TABLE, name);

export const FEATURE_NAMES: readonly Feature[] = Object.keys(TABLE).filter(isFeature);

export const FEATURES: { readonly [feature in Feature]: FeatureFacts } = TABLE;

/** By the fields of a request's `reasoning`. */
export const REASONING_FEATURES = {
  enabled: 'reasoning',
  effort: 'reasoningEffort',
  budgetTokens: 'reasoningBudget',
  visibility: 'reasoningVisibility',
} as const satisfies { readonly [field: string]: Feature };
