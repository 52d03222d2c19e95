import type {
  Content,
  GenerateContentConfig,
  GenerationConfig,
  ImageConfig,
  SafetySetting,
  Tool,
  ToolConfig,
} from '@google/genai';
import type { Wire } from './wire.ts';

/** The body of `generateContent`; `model` and `stream` stand in its address. */
interface Request {
  readonly model: string;
  readonly stream?: boolean;
  readonly contents: readonly Content[];
  readonly systemInstruction?: Omit<Content, 'role'>;
  readonly tools?: readonly Tool[];
  readonly toolConfig?: ToolConfig;
  readonly safetySettings?: readonly SafetySetting[];
  readonly generationConfig?: GenerationConfig & { readonly imageConfig?: ImageConfig };
  readonly cachedContent?: string;
  readonly serviceTier?: GenerateContentConfig['serviceTier'];
  readonly labels?: Record<string, string>;
  readonly store?: boolean;
  readonly modelArmorConfig?: GenerateContentConfig['modelArmorConfig'];
}

export type Body = Wire<Request>;
