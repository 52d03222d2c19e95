export { sampleJson } from './sample-json.ts';
export {
  type SimulatedFault,
  type Simulation,
  type SimulationOptions,
  simulate,
} from './simulate.ts';
export { simulateEmbeddings } from './simulate-embeddings.ts';
export { simulatedTokens } from './simulated-tokens.ts';
export { streamInWords } from './stream-in-words.ts';
