/**
 * Histories and replies of this wire mostly carry no ids of calls, which every other dialect needs:
 * they are invented on the way in, and left out again on the way back.
 */
const PREFIX = 'tgcall_';

export const isInvented = (id: string): boolean => id.startsWith(PREFIX);

/** The same history gives the same ids, and a longer one keeps those it had. */
export const historyCallId = (index: number): string => `${PREFIX}${index}`;

/** Unique among the replies of a conversation, as far as the provider's own ids of them are. */
export function replyCallId(responseId: string, index: number): string {
  const plain = responseId.replace(/[^a-zA-Z0-9_-]/g, '').slice(-28);
  return `${PREFIX}${plain === '' ? '' : `${plain}_`}${index}`;
}
