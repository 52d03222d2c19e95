import type { Annotation } from '../chat/content-part.ts';
import { changed, type Loss } from '../chat/loss.ts';

/** Citations that another dialect made go on by their source and place; what else they say is told. */
export function foreignCitations(
  dialect: string,
  annotations: readonly Annotation[] = [],
  path: string,
): readonly Loss[] {
  if (annotations.every(({ raw }) => raw?.dialect === dialect)) return [];
  const why = 'citations of another provider are said by their source only';
  return [changed('annotations', `${path}.annotations`, 'emulated', why)];
}
