import { createHarness, type Harness } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

const DOCS_KEY = 'docs-key-0123456789';
const PAGE = '/native/docs';
const DOCUMENT = '/native/docs/openapi.json';

const openDocs = (): Promise<Harness> => createHarness(createApp, { governance: 'zion' });
const closedDocs = (): Promise<Harness> =>
  createHarness(createApp, {
    governance: 'zion',
    settings: { env: { DOCS_API_KEY: DOCS_KEY } },
  });

/** Every host that a text names. */
const hostsIn = (text: string): readonly string[] =>
  [...text.matchAll(/(?:https?:)?\/\/([a-z0-9.-]+\.[a-z]{2,})/gi)].map((match) => match[1] ?? '');

describe('docs, the origin’s six', () => {
  it('test_docs_open_when_key_unset: page and document need nothing', async () => {
    await using harness = await openDocs();

    for (const path of [PAGE, `${PAGE}/`, DOCUMENT]) {
      const { status } = await harness.request().get(path);
      expect(status, path).toBe(200);
    }
  });

  it('test_docs_404_without_key_when_set: nothing tells them from a path that never was', async () => {
    await using harness = await closedDocs();

    const nowhere = await harness.request().get('/native/nowhere').expect(404);
    for (const path of [PAGE, DOCUMENT, `${PAGE}/assets/start.js`]) {
      const hidden = await harness.request().get(path).expect(404);
      expect(hidden.text).toBe(nowhere.text.replace('/native/nowhere', path));
      expect(hidden.headers['content-type']).toBe(nowhere.headers['content-type']);
    }
  });

  it('test_docs_404_with_wrong_key: one that is longer, shorter or empty too', async () => {
    await using harness = await closedDocs();

    for (const key of ['wrong', `${DOCS_KEY}0`, DOCS_KEY.slice(1), '']) {
      const { body } = await harness.request().get(DOCUMENT).set('x-docs-key', key).expect(404);
      expect(body.error.code, key).toBe('endpoint_not_found');
    }
  });

  it('test_docs_200_with_right_key: page, document and assets', async () => {
    await using harness = await closedDocs();

    for (const path of [PAGE, DOCUMENT, `${PAGE}/assets/swagger-ui.css`]) {
      const { status } = await harness.request().get(path).set('x-docs-key', DOCS_KEY);
      expect(status, path).toBe(200);
    }
  });

  it('test_openapi_json: OpenAPI 3.1 with the predecessor’s path, schemas and scheme', async () => {
    await using harness = await openDocs();

    const { body } = await harness.request().get(DOCUMENT).expect(200);

    expect(body.openapi).toMatch(/^3\.1\./);
    expect(body.info.title).toContain('Sentinel');
    expect(body.paths['/native/v1/chat/completions'].post.operationId).toBe(
      'createNativeChatCompletion',
    );
    expect(body.components.schemas.ChatCompletionRequest.additionalProperties).toBe(false);
    expect(body.components.securitySchemes.bearer_auth).toMatchObject({
      type: 'http',
      scheme: 'bearer',
    });
  });

  it('test_docs_page: shows Swagger UI and names the document', async () => {
    await using harness = await openDocs();

    const { text, headers } = await harness.request().get(PAGE).expect(200);

    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(text).toContain('swagger-ui');
    expect(text).toContain(DOCUMENT);
  });
});

describe('docs', () => {
  it('defect 33: the page comes from here alone, and needs no second fetch with a key', async () => {
    await using harness = await openDocs();

    const page = await harness.request().get(PAGE).expect(200);
    const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(
      (match) => match[1] ?? '',
    );
    const script = await harness.request().get(`${PAGE}/assets/start.js`).expect(200);

    expect(hostsIn(page.text)).toEqual([]);
    expect(sources.length).toBeGreaterThan(2);
    for (const source of sources) await harness.request().get(source).expect(200);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(script.text).toContain('createNativeChatCompletion');
  });

  it('defect 41: publishes the bodies and headers that are sent, and no others', async () => {
    await using harness = await openDocs();

    const { body } = await harness.request().get(DOCUMENT).expect(200);
    const refused = await harness
      .request()
      .post('/native/v1/chat/completions')
      .send({ messages: [] })
      .expect(401);
    const { post } = body.paths['/native/v1/chat/completions'];

    expect(body.components.schemas.ToolResult).toBeUndefined();
    expect(post.responses['429'].headers).toHaveProperty('retry-after');
    expect(post.responses['200'].content).toHaveProperty(['text/event-stream']);
    expect(post.responses['401'].content['application/json'].schema.$ref).toBe(
      '#/components/schemas/NativeErrorResponse',
    );
    expect(Object.keys(refused.body.error).sort()).toEqual(['code', 'message', 'type']);
  });

  it('refuses other methods by name where it is open', async () => {
    await using harness = await openDocs();

    for (const path of [PAGE, DOCUMENT]) {
      const { headers } = await harness.request().post(path).expect(405);
      expect(headers['allow']).toBe('GET, HEAD');
    }
  });

  it('hides other methods too where it is closed', async () => {
    await using harness = await closedDocs();

    const hidden = await harness.request().post(DOCUMENT);
    const shown = await harness.request().post(DOCUMENT).set('x-docs-key', DOCS_KEY);

    expect([hidden.status, shown.status]).toEqual([404, 405]);
  });
});
