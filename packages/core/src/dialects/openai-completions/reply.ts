import type { ContentPart } from '../../chat/content-part.ts';
import { changed, type Encoded, type Loss, lost } from '../../chat/loss.ts';
import type { ChatReply } from '../../chat/reply.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Answering } from '../dialect.ts';
import { completion, FINISH, headOf, logprobsField, usageField } from './completion-text.ts';

export function encodeReply(reply: ChatReply, answering: Answering): Encoded<JsonObject> {
  const losses: Loss[] = [];
  const choices = reply.choices.map(({ content, stopReason }, index) => {
    const text = content
      .map((part, at) => spokenText(part, `choices[${index}].content[${at}]`, losses))
      .join('');
    const logprobs = content.flatMap((part) => (part.type === 'text' ? (part.logprobs ?? []) : []));
    return {
      text,
      index,
      logprobs: logprobsField(logprobs, 0),
      finish_reason: FINISH[stopReason],
    };
  });
  const value = { ...completion(headOf(reply, answering), choices), ...usageField(reply.usage) };
  return { value, losses };
}

/** The words of a part; what is none is told. */
export function spokenText(
  part: Pick<ContentPart, 'type'> & { readonly text?: string },
  path: string,
  losses: Loss[],
): string {
  switch (part.type) {
    case 'text':
      return part.text ?? '';
    case 'refusal':
      losses.push(changed('refusal', path, 'emulated', 'a refusal is told as text'));
      return part.text ?? '';
    case 'reasoning':
      losses.push(lost('reasoning', path, 'a text completion shows no reasoning'));
      return '';
    case 'media':
      losses.push(lost('replyMedia', path, 'a text completion is text only'));
      return '';
    default:
      losses.push(lost('misplacedPart', path, 'a text completion is text only'));
      return '';
  }
}
