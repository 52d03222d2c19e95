import { type CliContext, CliFailure, type CommonOptions, readConfig, toJson } from './context.ts';
import { bodiesOf } from './open-bodies.ts';

/** What a client sent with a call and what it got, where its key has them kept. */
export function showBodies(context: CliContext, callId: string, options: CommonOptions): void {
  const { config } = readConfig(context, options);
  const bodies = bodiesOf(config, callId);
  if (bodies === undefined) {
    throw new CliFailure(
      `No bodies of the call "${callId}" are kept in this data folder: its key must have had them kept (keys update --store-bodies), and their time must not be over.`,
    );
  }
  if (options.json === true) {
    context.out(toJson(bodies));
    return;
  }
  const { keyId, keptUntil, request, reply } = bodies;
  context.err(`Of the key ${keyId}, kept until ${new Date(keptUntil).toISOString()}.`);
  context.out(`${heading('request', request.isCut)}\n${request.text}`);
  context.out(`${heading('reply', reply.isCut)}\n${reply.text}`);
}

const heading = (what: string, isCut: boolean): string =>
  `--- ${what}${isCut ? ', of which only the beginning is kept' : ''}`;
