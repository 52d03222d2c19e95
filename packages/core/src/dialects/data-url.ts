export interface InlineData {
  readonly mediaType: string;
  /** Base64, as it came. */
  readonly data: string;
}

/** Only the plain form, so that nothing is lost on the way back; others stay addresses. */
export function parseDataUrl(url: string): InlineData | undefined {
  if (!url.startsWith('data:')) return undefined;
  const comma = url.indexOf(',');
  const head = comma === -1 ? '' : url.slice('data:'.length, comma);
  const mediaType = head.endsWith(';base64') ? head.slice(0, -';base64'.length) : '';
  if (mediaType === '' || mediaType.includes(';')) return undefined;
  return { mediaType, data: url.slice(comma + 1) };
}

export const dataUrl = ({ mediaType, data }: InlineData): string =>
  `data:${mediaType};base64,${data}`;
