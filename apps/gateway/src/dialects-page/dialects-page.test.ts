import { FEATURE_NAMES, FEATURES } from '@tollgate/core/chat';
import { describe, expect, it } from 'vitest';
import { replyOutcome, requestOutcome } from './outcomes.ts';
import { FACE_DIALECTS, PROVIDER_DIALECTS } from './render-dialects-page.ts';
import { REPLY_SAMPLES } from './reply-samples.ts';
import { REQUEST_SAMPLES } from './request-samples.ts';

describe.each(PROVIDER_DIALECTS)('a request to a provider of $id', (dialect) => {
  it.each(FEATURE_NAMES.filter((name) => REQUEST_SAMPLES[name] !== undefined))(
    'loses %s with a word, if at all',
    (feature) => {
      expect(requestOutcome(dialect, feature)).not.toBe('silent');
    },
  );
});

describe.each(FACE_DIALECTS)('a reply to a client of $id', (dialect) => {
  it.each(Object.keys(REPLY_SAMPLES))('loses %s with a word, if at all', (name) => {
    expect(replyOutcome(dialect, name)).not.toBe('silent');
  });
});

it('shows of every feature of requests what becomes of it, but for those of single faces', () => {
  const unshown = FEATURE_NAMES.filter(
    (name) => REQUEST_SAMPLES[name] === undefined && FEATURES[name].of !== 'reply',
  );

  expect(unshown).toEqual([
    'toolName',
    'toolDescription',
    'background',
    'storedConversation',
    'storedPrompt',
    'dimensions',
    'vectorType',
    'tokenInput',
    'embeddingTask',
    'documentTitle',
    'truncation',
    'suffix',
    'echo',
    'bestOf',
    'providerHeaders',
  ]);
});
