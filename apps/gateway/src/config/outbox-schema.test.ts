import { describe, expect, it } from 'vitest';
import { parseConfig } from './parse.ts';

const SECRET = 'a-secret-of-16-or-more';
const withOutbox = (outbox: unknown) => parseConfig({ file: { outbox }, env: {} });
const withWebhook = (webhook: object) =>
  withOutbox({
    webhooks: { finance: { url: 'https://a.example/hook', secret: SECRET, ...webhook } },
  });

describe('outbox settings', () => {
  it('tell nobody unless asked to', () => {
    const parsed = parseConfig({ file: {}, env: {} });

    expect(parsed.ok && parsed.value.outbox).toEqual({
      webhooks: [],
      privateHosts: [],
      files: undefined,
    });
  });

  it('give an endpoint all kinds unless it names some, and hide its secret', () => {
    const parsed = withWebhook({});
    if (!parsed.ok) throw new Error('it is right');
    const [webhook] = parsed.value.outbox.webhooks;

    expect(webhook).toMatchObject({
      name: 'finance',
      kinds: ['usage.recorded', 'budget.threshold'],
    });
    expect(webhook?.url.href).toBe('https://a.example/hook');
    expect(JSON.stringify(parsed.value)).not.toContain(SECRET);
  });

  it.each([
    ['a short secret', { secret: 'short' }, 'outbox.webhooks.finance.secret'],
    ['an address that is none', { url: 'a.example' }, 'outbox.webhooks.finance.url'],
    ['a password in the address', { url: 'https://u:p@a.example' }, 'outbox.webhooks.finance.url'],
    ['a kind that there isn’t', { kinds: ['usage'] }, 'outbox.webhooks.finance.kinds[0]'],
    ['no kind at all', { kinds: [] }, 'outbox.webhooks.finance.kinds'],
  ])('refuse %s, and repeat no secret', (_name, webhook, path) => {
    const parsed = withWebhook(webhook);

    expect(parsed.ok ? [] : parsed.error.map((problem) => problem.path)).toEqual([path]);
    expect(JSON.stringify(parsed)).not.toContain(SECRET);
  });

  it('refuse files without a folder, and days that are none', () => {
    const parsed = withOutbox({ files: { keepDays: 0 } });

    expect(parsed.ok ? [] : parsed.error.map((problem) => problem.path).toSorted()).toEqual([
      'outbox.files.keepDays',
      'outbox.files.path',
    ]);
  });
});
