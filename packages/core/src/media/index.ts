export { type InlineMedia, inlineSource, readDataUrl } from './inline-source.ts';
export { sniffMediaType } from './sniff-media-type.ts';
