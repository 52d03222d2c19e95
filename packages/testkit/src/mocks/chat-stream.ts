import { dataEvents, eventStream, type Reply } from '../replies/reply.ts';
import { fieldOf, wantsUsage } from './streaming-request.ts';

/** The chunks in Chat Completions' framing, the usage chunk only for who asked. */
export function chatStream(chunks: readonly object[]): Reply {
  return (writer) => {
    const sent = chunks.filter((chunk) => !isUsageAlone(chunk) || wantsUsage(writer.request));
    return eventStream(dataEvents(sent))(writer);
  };
}

function isUsageAlone(chunk: object): boolean {
  const choices = fieldOf(chunk, 'choices');
  return Array.isArray(choices) && choices.length === 0 && fieldOf(chunk, 'usage') != null;
}
