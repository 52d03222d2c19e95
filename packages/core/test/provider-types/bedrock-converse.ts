import type { ConverseRequest } from '@aws-sdk/client-bedrock-runtime';
import type { Wire } from './wire.ts';

/** `model` and `stream` stand in its address. */
export type Body = Omit<Wire<ConverseRequest>, 'modelId'> & {
  readonly model: string;
  readonly stream?: boolean;
};
