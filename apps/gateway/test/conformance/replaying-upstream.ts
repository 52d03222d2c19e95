import type { IncomingMessage } from 'node:http';
import { type DisposableServer, startServer } from '@tollgate/testkit';
import { CUTS, type CutName } from './cuts.ts';
import type { RecordedReply } from './recorded-reply.ts';

/** Stands between the parts of a model's name: what is to be replayed, and how it is cut. */
const SEPARATOR = '~';

export const modelOf = (index: number, cut: CutName): string =>
  `r${index}${SEPARATOR}${Object.keys(CUTS).indexOf(cut)}`;

/** Answers each request with the recording that its model names, in the cut that its model names. */
export function startReplaying(replies: readonly RecordedReply[]): Promise<DisposableServer> {
  return startServer(async (request, response) => {
    const text = await textOf(request);
    const named = /r(\d+)~(\d+)/.exec(`${request.url} ${text}`);
    const reply = replies[Number(named?.[1])];
    const cut = Object.values(CUTS)[Number(named?.[2])];
    if (reply === undefined || cut === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(reply.status, { 'content-type': reply.contentType });
    for (const piece of cut(reply.body, reply.contentType)) response.write(piece);
    response.end();
  });
}

async function textOf(request: IncomingMessage): Promise<string> {
  const blocks: Buffer[] = [];
  for await (const block of request) blocks.push(block);
  return Buffer.concat(blocks).toString('utf8');
}
