import type { ContentPart } from '../chat/content-part.ts';
import type { Feature } from '../chat/features.ts';

/** What is lost with a part that has no place where it stands. */
export function unsayable(part: ContentPart): Feature {
  if (part.type === 'media') return part.kind;
  return part.type === 'opaque' ? 'foreignPart' : 'misplacedPart';
}
