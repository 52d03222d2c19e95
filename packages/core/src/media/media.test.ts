import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inlineSource, readDataUrl } from './inline-source.ts';
import { sniffMediaType } from './sniff-media-type.ts';

const latin1 = (text: string): Uint8Array =>
  Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe('bytes in base64', () => {
  it('are kept as they came in the usual form, and brought into it from others', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), (bytes) => {
        const usual = Buffer.from(bytes).toString('base64');
        const url = Buffer.from(bytes).toString('base64url');
        const inLines = usual.replace(/(.{8})/g, '$1\r\n');
        for (const form of [usual, url, inLines]) {
          expect(inlineSource(form)).toEqual({ ok: true, value: { type: 'base64', data: usual } });
        }
      }),
    );
  });

  it.each(['', 'A', 'AAAAA', 'A*==', '====', 'iVBOR w0K', 'AA=A'])('are not %j', (data) => {
    expect(inlineSource(data)).toMatchObject({ ok: false });
  });

  it('of ten megabytes are looked through without a noticeable wait', () => {
    const data = 'AAAA'.repeat(2_500_000);

    const read = inlineSource(data);

    expect(read.ok && read.value.type === 'base64' && read.value.data === data).toBe(true);
  });
});

describe('what only looks like base64', () => {
  it('is refused as fast, however long its lines are', () => {
    const data = `A${'\n'.repeat(1_000_000)}!`;

    expect(inlineSource(data)).toMatchObject({ ok: false });
  });
});

describe('a data URL', () => {
  it.each([
    ['data:image/png;base64,AAAA', { type: 'base64', data: 'AAAA' }, 'image/png'],
    ['data:IMAGE/PNG;name=a.png;BASE64,AAAA', { type: 'base64', data: 'AAAA' }, 'image/png'],
    ['data:;base64,AAAA', { type: 'base64', data: 'AAAA' }, undefined],
    ['data:text/plain;charset=utf-8,a%20b', { type: 'text', text: 'a b' }, 'text/plain'],
    ['data:,a', { type: 'text', text: 'a' }, undefined],
  ])('is read as what it holds: %s', (url, source, mediaType) => {
    expect(readDataUrl(url)).toEqual({
      ok: true,
      value: { source, ...(mediaType === undefined ? {} : { mediaType }) },
    });
  });

  it.each([
    'data:image/png;base64',
    'data:image/png;base64,*',
    'data:image/svg+xml,<svg/>',
    'data:,%',
  ])('is refused for what it can’t be: %s', (url) => {
    expect(readDataUrl(url)).toMatchObject({ ok: false });
  });
});

describe('a media type', () => {
  it.each([
    ['\x89PNG\r\n\x1a\n', 'image/png'],
    ['\xff\xd8\xff\xe0\0\x10JFIF', 'image/jpeg'],
    ['RIFF\x24\0\0\0WEBPVP8 ', 'image/webp'],
    ['RIFF\x24\0\0\0WAVEfmt ', 'audio/wav'],
    ['%PDF-1.7', 'application/pdf'],
    ['\0\0\0\x18ftypheic', 'image/heic'],
    ['\0\0\0\x18ftypisom', 'video/mp4'],
    ['<!doctype html>', undefined],
    ['', undefined],
  ])('is told by the first bytes: %j', (head, mediaType) => {
    expect(sniffMediaType(latin1(head))).toBe(mediaType);
  });
});
