import { listRequests, REQUEST_DIALECTS, type SampleRequest } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../src/json/index.ts';
import { asRequest, asSent, CLIENTS, PROVIDERS, requestOf, targetFor } from './requests/clients.ts';
import { asObject } from './requests/leaves.ts';
import { lostInSilence, type Translate } from './requests/silence.ts';
import { STRUCTURAL, structural } from './requests/structural.ts';

const used = new Set<unknown>();

/** What is lost without a word and without a reason, each by its sample, place and kind. */
function unexplained(sample: SampleRequest, given: JsonValue, to: string, translate: Translate) {
  const request = asObject(given);
  return lostInSilence(given, translate).flatMap(({ path, steps, value, problem }) => {
    const exception = structural({ path, steps, value, request, to });
    used.add(exception);
    return exception === undefined ? [`${sample.name} ${path}: ${problem}`] : [];
  });
}

/**
 * Nothing is lost in silence: every leaf of every sample request is either found on the other side,
 * makes a difference there, or is named among the losses.
 */
describe.each(REQUEST_DIALECTS)('a request of %s', (id) => {
  const samples = listRequests(id);
  const decode = CLIENTS[id];

  it('is read to its last leaf', () => {
    const lost = samples.flatMap((sample) =>
      unexplained(sample, asSent(sample.body), 'decode', (body) => {
        const decoded = decode(asObject(body));
        return decoded && { said: decoded.request, losses: decoded.losses };
      }),
    );

    expect(lost).toEqual([]);
  });

  it.each(PROVIDERS)('is said to $id, or told', (provider) => {
    const lost = samples.flatMap((sample) =>
      unexplained(sample, requestOf(sample), provider.id, (request) => {
        const encoded = provider.encodeRequest(asRequest(request), targetFor(provider));
        return encoded.ok
          ? { said: asSent(encoded.value.value), losses: encoded.value.losses }
          : undefined;
      }),
    );

    expect(lost).toEqual([]);
  });
});

it('needs every exception that it makes', () => {
  expect(STRUCTURAL.filter((exception) => !used.has(exception))).toEqual([]);
});
