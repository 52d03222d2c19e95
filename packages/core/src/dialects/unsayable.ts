import type { ContentPart } from '../chat/content-part.ts';
import type { Feature } from '../chat/features.ts';
import { type Loss, lost } from '../chat/loss.ts';

/** What is lost with a part that has no place where it stands. */
export const unsaid = (part: ContentPart, path: string): Loss =>
  lost(
    unsayable(part),
    path,
    part.type === 'opaque'
      ? 'content that is unknown, or that only another dialect knows'
      : `a part of type ${part.type} can not be said here`,
  );

/** The feature of such a loss. */
export function unsayable(part: ContentPart): Feature {
  if (part.type === 'media') return part.kind;
  return part.type === 'opaque' ? 'foreignPart' : 'misplacedPart';
}
