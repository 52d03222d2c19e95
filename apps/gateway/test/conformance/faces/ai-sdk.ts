import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { readWithAiSdk } from '../read-ai-sdk.ts';
import type { FaceReader } from './face-reader.ts';

/** The package for look-alikes, since OpenAI's own reads no reasoning from Chat Completions. */
export const aiSdkChat: FaceReader = ({ url, apiKey, model, stream }) => {
  const name = 'tollgate';
  const options = { name, apiKey, baseURL: `${url}/v1`, includeUsage: true };
  return readWithAiSdk(createOpenAICompatible(options)(model), stream);
};

export const aiSdkOpenAiChat: FaceReader = ({ url, apiKey, model, stream }) =>
  readWithAiSdk(createOpenAI({ apiKey, baseURL: `${url}/v1` }).chat(model), stream);

export const aiSdkResponses: FaceReader = ({ url, apiKey, model, stream }) =>
  readWithAiSdk(createOpenAI({ apiKey, baseURL: `${url}/v1` }).responses(model), stream);

export const aiSdkAnthropic: FaceReader = ({ url, apiKey, model, stream }) =>
  readWithAiSdk(createAnthropic({ apiKey, baseURL: `${url}/v1` })(model), stream);

/** It puts no `models/` before a name with a slash, as ours have. */
export const aiSdkGoogle: FaceReader = ({ url, apiKey, model, stream }) =>
  readWithAiSdk(createGoogle({ apiKey, baseURL: `${url}/v1beta` })(model), stream);
