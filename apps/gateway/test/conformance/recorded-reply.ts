import {
  amazonEvent,
  frameRecording,
  listRecordings,
  listSyntheticReplies,
  type Recording,
  type RecordingFamily,
} from '@tollgate/testkit';

export type ChatFamily = Extract<
  RecordingFamily,
  | 'openai-chat'
  | 'openai-responses'
  | 'anthropic-messages'
  | 'gemini'
  | 'bedrock-converse'
  | 'cohere-chat'
>;

/** One reply of a provider as it is sent again. */
export interface RecordedReply {
  /** `PROVIDER/NAME`, with the form: the file it stands in, and which call of several. */
  readonly title: string;
  /** The folder of the recording. */
  readonly provider: string;
  readonly family: ChatFamily;
  readonly stream: boolean;
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
}

const CHAT_FAMILIES: ReadonlySet<string> = new Set<ChatFamily>([
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini',
  'bedrock-converse',
  'cohere-chat',
]);

type ChatRecording = Recording & { readonly family: ChatFamily };

const isChat = (recording: Recording): recording is ChatRecording =>
  CHAT_FAMILIES.has(recording.family);

/** Every answer of a text model, recorded or made up, streams and whole ones apart. */
export function recordedReplies(): RecordedReply[] {
  return [...listRecordings(), ...listSyntheticReplies()]
    .filter(isChat)
    .flatMap((recording) => [...wholeReply(recording), ...streamedReplies(recording)]);
}

function wholeReply({ body, ...recording }: ChatRecording): RecordedReply[] {
  if (body === undefined) return [];
  return [
    {
      title: `${recording.provider}/${recording.name}.json`,
      provider: recording.provider,
      family: recording.family,
      stream: false,
      status: statusOf(recording.name, body),
      contentType: 'application/json',
      body: Buffer.from(JSON.stringify(body)),
    },
  ];
}

function streamedReplies(recording: ChatRecording): RecordedReply[] {
  const calls = callsOf(recording.payloads ?? []);
  return calls.map((payloads, index) => ({
    title: `${recording.provider}/${recording.name}.chunks.txt${calls.length > 1 ? `#${index + 1}` : ''}`,
    provider: recording.provider,
    family: recording.family,
    stream: true,
    status: 200,
    contentType:
      recording.family === 'bedrock-converse'
        ? 'application/vnd.amazon.eventstream'
        : 'text/event-stream',
    body:
      recording.family === 'bedrock-converse'
        ? frameEventStream(payloads)
        : Buffer.from(frameRecording({ ...recording, payloads })),
  }));
}

const LAST = /"type":"(?:message_stop|response\.(?:completed|incomplete|failed))"/;

/** Each payload stands within its event's name. */
const frameEventStream = (payloads: readonly string[]): Uint8Array =>
  Buffer.concat(
    payloads.flatMap((payload) => {
      const events: { readonly [event: string]: object } = JSON.parse(payload);
      return Object.entries(events).map(([event, fields]) => amazonEvent(event, fields));
    }),
  );

/** A file may hold the calls of a whole agent's loop, one after the other. */
function callsOf(payloads: readonly string[]): string[][] {
  const calls: string[][] = [];
  let isOver = true;
  for (const payload of payloads) {
    if (isOver) calls.push([]);
    calls.at(-1)?.push(payload);
    isOver = LAST.test(payload);
  }
  return calls;
}

const STATUS_OF_TYPE: { readonly [type: string]: number } = {
  insufficient_quota: 429,
  invalid_request_error: 400,
};

/** A recording holds the body alone; an error's status is its name, or follows from what it says. */
function statusOf(name: string, body: unknown): number {
  const named = /synthetic-(\d{3})$/.exec(name);
  if (named !== null) return Number(named[1]);
  const error = fieldOf(body, 'error');
  if (typeof error !== 'object' || error === null) return 200;
  const code = fieldOf(error, 'code');
  if (typeof code === 'number') return code;
  return STATUS_OF_TYPE[String(fieldOf(error, 'type'))] ?? 500;
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).find(([field]) => field === name)?.[1]
    : undefined;
