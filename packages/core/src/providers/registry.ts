import { alibaba } from './known/alibaba.ts';
import { anthropic } from './known/anthropic.ts';
import { azure } from './known/azure.ts';
import { bedrock } from './known/bedrock.ts';
import { cerebras } from './known/cerebras.ts';
import { cohere } from './known/cohere.ts';
import { deepseek } from './known/deepseek.ts';
import { fireworks } from './known/fireworks.ts';
import { google } from './known/google.ts';
import { groq } from './known/groq.ts';
import { huggingface } from './known/huggingface.ts';
import { llamacpp } from './known/llamacpp.ts';
import { lmstudio } from './known/lmstudio.ts';
import { minimax } from './known/minimax.ts';
import { mistral } from './known/mistral.ts';
import { moonshotai } from './known/moonshotai.ts';
import { nvidia } from './known/nvidia.ts';
import { ollama } from './known/ollama.ts';
import { openai } from './known/openai.ts';
import { openrouter } from './known/openrouter.ts';
import { perplexity } from './known/perplexity.ts';
import { sambanova } from './known/sambanova.ts';
import { sim } from './known/sim.ts';
import { together } from './known/together.ts';
import { vertex } from './known/vertex.ts';
import { vllm } from './known/vllm.ts';
import { voyage } from './known/voyage.ts';
import { xai } from './known/xai.ts';
import { zai } from './known/zai.ts';
import type { ProviderDescription } from './provider-description.ts';

/** Every provider that has a name here. A new one is a file in `known/` and a line. */
export const KNOWN_PROVIDERS: readonly ProviderDescription[] = [
  openai,
  azure,
  anthropic,
  google,
  bedrock,
  vertex,
  cohere,
  mistral,
  voyage,
  groq,
  xai,
  deepseek,
  alibaba,
  moonshotai,
  perplexity,
  together,
  fireworks,
  openrouter,
  cerebras,
  nvidia,
  huggingface,
  sambanova,
  zai,
  minimax,
  ollama,
  vllm,
  lmstudio,
  llamacpp,
  sim,
];

/** The provider that needs no key and no network. */
export const SIMULATED_PROVIDER = sim.name;
