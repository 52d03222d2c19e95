import { EMPTY_HISTOGRAM, type Histogram, observe, quantileOf } from './histogram.ts';

/** What calls turned out to be, so that the next ones are not taken for the worst that they may be. */
export interface Calibration {
  /** Tokens that a call of this key to this model will likely write, at most. */
  outputTokens(keyId: string, model: string): number;
  /** Whether that was learned, of this key or of others. */
  knows(keyId: string, model: string): boolean;
  /** Tokens that a byte of a request will likely become, at most. */
  tokensPerByte(model: string): number;
  /** Tokens that stand behind a byte that is read of an answer, thoughts that nobody sees among them. */
  tokensPerSaidByte(model: string): number;
  /** The most of each that calls of this model came to, of the latest; undefined: too few were counted. */
  worst(model: string): WorstSeen | undefined;
  learn(call: SeenCall): void;
}

/** The latest hundreds of a model's calls, each at its worst. */
export interface WorstSeen {
  readonly tokensPerByte: number;
  readonly outputTokens: number;
  /** Undefined: too few were looked at as they passed. */
  readonly tokensPerSaidByte: number | undefined;
}

/** A call that its provider counted. */
export interface SeenCall {
  readonly keyId: string;
  /** `provider/model`. */
  readonly model: string;
  readonly inputBytes: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of its text as it passed; absent: nobody looked. */
  readonly saidBytes?: number | undefined;
}

/** Of calls of a key to a model, of which nothing is known yet. */
const USUAL_OUTPUT_TOKENS = 2_000;
/** More than prose of any script needs, and far more than media in base64. */
const USUAL_TOKENS_PER_BYTE = 1 / 3;

const LIKELY_OUTPUT = 0.9;
const LIKELY_RATIO = 0.95;
const ALL = 1;
/** Fewer calls say nothing. */
const ENOUGH = 20;
/** Ratios are kept as whole numbers. */
const RATIO_UNIT = 4096;

/** Keys and models that are remembered; beyond it the one that was quiet for longest is forgotten. */
const MOST_REMEMBERED = 10_000;

export function createCalibration(most = MOST_REMEMBERED): Calibration {
  const outputs = new Remembered(most);
  const ratios = new Remembered(most);
  const said = new Remembered(most);
  const likelyOutput = (keyId: string, model: string): number | undefined =>
    outputs.likely(`${keyId} ${model}`, LIKELY_OUTPUT) ?? outputs.likely(model, LIKELY_OUTPUT);

  return {
    outputTokens: (keyId, model) => likelyOutput(keyId, model) ?? USUAL_OUTPUT_TOKENS,
    knows: (keyId, model) => likelyOutput(keyId, model) !== undefined,
    tokensPerByte: (model) => ratioIn(ratios, model),
    tokensPerSaidByte: (model) => ratioIn(said, model),
    worst: (model) => {
      const tokensPerByte = ratios.likely(model, ALL);
      const outputTokens = outputs.likely(model, ALL);
      const seen = said.likely(model, ALL);
      if (tokensPerByte === undefined || outputTokens === undefined) return undefined;
      return {
        tokensPerByte: tokensPerByte / RATIO_UNIT,
        outputTokens,
        tokensPerSaidByte: seen === undefined ? undefined : seen / RATIO_UNIT,
      };
    },
    learn: ({ keyId, model, inputBytes, inputTokens, outputTokens, saidBytes = 0 }) => {
      outputs.add(`${keyId} ${model}`, outputTokens);
      outputs.add(model, outputTokens);
      if (inputBytes > 0) ratios.add(model, (inputTokens * RATIO_UNIT) / inputBytes);
      if (saidBytes > 0) said.add(model, (outputTokens * RATIO_UNIT) / saidBytes);
    },
  };
}

function ratioIn(ratios: Remembered, model: string): number {
  const likely = ratios.likely(model, LIKELY_RATIO);
  return likely === undefined ? USUAL_TOKENS_PER_BYTE : likely / RATIO_UNIT;
}

class Remembered {
  readonly #histograms = new Map<string, Histogram>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(name: string, value: number): void {
    const before = this.#histograms.get(name) ?? EMPTY_HISTOGRAM;
    this.#histograms.delete(name);
    this.#histograms.set(name, observe(before, value));
    const [oldest] = this.#histograms.keys();
    if (this.#histograms.size > this.#most && oldest !== undefined) {
      this.#histograms.delete(oldest);
    }
  }

  likely(name: string, share: number): number | undefined {
    const histogram = this.#histograms.get(name);
    if (histogram === undefined || histogram.total < ENOUGH) return undefined;
    return quantileOf(histogram, share);
  }
}
