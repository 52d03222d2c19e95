export type Encoding = 'o200k_base' | 'cl100k_base';

const O200K = /^(?:gpt-4o|gpt-4\.[1-9]|gpt-[5-9]|gpt-oss|chatgpt-|o[1-9](?:-|$))/;

/** The encoding of a model, with or without its provider's name; the predecessor's for an unknown one. */
export function encodingOf(model: string): Encoding {
  return O200K.test(model.slice(model.lastIndexOf('/') + 1)) ? 'o200k_base' : 'cl100k_base';
}
