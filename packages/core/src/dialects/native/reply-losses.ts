import type { ContentPart, TextPart } from '../../chat/content-part.ts';
import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { Included } from './usage.ts';

/** What the contract can't say of one part of a reply. Text and tool calls are said elsewhere. */
export function partLosses(part: ContentPart, path: string, include: Included): readonly Loss[] {
  switch (part.type) {
    case 'text':
      return textLosses(part, path);
    case 'refusal':
      return [
        changed(
          'refusal',
          path,
          'emulated',
          'a refusal is told as text, with content_filter as its reason',
        ),
      ];
    case 'reasoning':
      return include.has('reasoning')
        ? []
        : [lost('reasoning', path, 'the client did not ask for reasoning by "include"')];
    case 'media':
      return [lost('replyMedia', path, `no place for a part of ${part.kind}`)];
    case 'server-tool':
      return [lost('serverToolTurn', path, 'no place for what the provider ran itself')];
    case 'opaque':
      return [lost('foreignTurn', path, 'no place for a part of an unknown kind')];
    default:
      return [];
  }
}

export const invalidArguments = (path: string): Loss =>
  changed(
    'toolArguments',
    `${path}.argumentsJson`,
    'emulated',
    'the model wrote no valid JSON: told as text',
  );

function textLosses(part: TextPart, path: string): readonly Loss[] {
  return [
    ...((part.annotations?.length ?? 0) > 0 ? [annotationsLoss(path)] : []),
    ...((part.logprobs?.length ?? 0) > 0 ? [logprobsLoss(path)] : []),
  ];
}

export const annotationsLoss = (path: string): Loss =>
  lost('annotations', `${path}.annotations`, 'the native contract has no place for citations');

export const logprobsLoss = (path: string): Loss =>
  lost('logprobs', `${path}.logprobs`, 'the native contract has no place for probabilities');
