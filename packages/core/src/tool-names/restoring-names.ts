import type { ContentPart } from '../chat/content-part.ts';
import type { StreamEvent } from '../chat/stream-event.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { ok } from '../result.ts';

/** The dialect, its replies calling tools by the names that the client gave them. */
export function restoringNames(dialect: Dialect, owns: ReadonlyMap<string, string>): Dialect {
  if (owns.size === 0) return dialect;
  const own = (name: string): string => owns.get(name) ?? name;
  const ofPart = (part: ContentPart): ContentPart =>
    part.type === 'tool-call' ? { ...part, name: own(part.name) } : part;
  const ofEvent = (event: StreamEvent): StreamEvent =>
    event.type === 'part-start' && event.start.type === 'tool-call'
      ? { ...event, start: { ...event.start, name: own(event.start.name) } }
      : event;
  return {
    ...dialect,
    decodeReply: (body, target) => {
      const reply = dialect.decodeReply(body, target);
      if (!reply.ok) return reply;
      const choices = reply.value.choices.map((choice) => ({
        ...choice,
        content: choice.content.map(ofPart),
      }));
      return ok({ ...reply.value, choices });
    },
    createStreamDecoder: (target) => {
      const decoder = dialect.createStreamDecoder(target);
      return {
        push: (event) => decoder.push(event).map(ofEvent),
        end: () => decoder.end().map(ofEvent),
      };
    },
  };
}
