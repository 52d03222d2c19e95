import { editTopLevel } from '../../json/edit-top-level.ts';
import { editField, editItems } from '../../json/edit-within.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { Omission, Quirks } from '../../providers/quirks.ts';
import { mendOpenAiUsage, miscounts } from '../mend-openai-usage.ts';
import type { Mender, MenderOptions } from '../passage.ts';
import { valueFinder } from '../value-finder.ts';
import { deltaMends, type MessageMend, messageMends } from './mend-message.ts';

const CHUNK = 'chat.completion.chunk';
const WHOLE = 'chat.completion';

/** Of all events only those are parsed that a cheap look can't rule out. */
export function createMender(quirks: Quirks, options: MenderOptions): Mender | undefined {
  const omits: ReadonlySet<Omission> = new Set(quirks.omits);
  const deltas = deltaMends(quirks);
  const counts = miscounts(quirks);
  const isIdle = deltas.length === 0 && !counts && !LACKS.some((lack) => omits.has(lack));
  if (isIdle) return undefined;

  const usage = (text: string, body: JsonObject): string =>
    counts ? mendOpenAiUsage(text, body, { quirks, isWanted: options.includeUsage }) : text;

  return {
    event({ data }) {
      const mends = deltas.filter((mend) => mend.isNeeded(data));
      const isSuspect =
        mends.length > 0 ||
        (counts && hasUsage(data)) ||
        LACKS.some((lack) => omits.has(lack) && lacks[lack](data));
      const body = isSuspect ? parseJson(data) : undefined;
      if (body?.ok !== true || !isJsonObject(body.value)) return data;
      return usage(mendShape(data, body.value, { omits, mends, field: 'delta' }), body.value);
    },
    reply(text, body) {
      if (!isJsonObject(body)) return text;
      const mends = messageMends(quirks);
      return usage(mendShape(text, body, { omits, mends, field: 'message' }), body);
    },
  };
}

const hasUsage = valueFinder('usage');

const LACKS = ['object', 'choices', 'index'] as const satisfies readonly Omission[];

/** True for a text that may lack it. */
const lacks = {
  object: (data) => !data.includes(`"object":"${CHUNK}"`),
  choices: (data) => !data.includes('"choices"'),
  // A call's index may stand in it where its choice has none: only parsing tells.
  index: () => true,
} as const satisfies Record<(typeof LACKS)[number], (data: string) => boolean>;

interface Shape {
  readonly omits: ReadonlySet<Omission>;
  readonly mends: readonly MessageMend[];
  readonly field: 'delta' | 'message';
}

function mendShape(text: string, body: JsonObject, shape: Shape): string {
  const { omits, field } = shape;
  const object = field === 'delta' ? CHUNK : WHOLE;
  const lacked = {
    ...(omits.has('object') && body['object'] !== object ? { object } : {}),
    ...(omits.has('choices') && !Array.isArray(body['choices']) ? { choices: [] } : {}),
  };
  const mended = mendChoices(text, body['choices'], shape);
  return Object.keys(lacked).length === 0 ? mended : editTopLevel(mended, lacked);
}

function mendChoices(
  text: string,
  choices: JsonValue | undefined,
  { omits, mends, field }: Shape,
): string {
  if (!Array.isArray(choices)) return text;
  const isUnnumbered = (choice: JsonObject): boolean =>
    omits.has('index') && typeof choice['index'] !== 'number';
  if (mends.length === 0 && !choices.some((one) => isJsonObject(one) && isUnnumbered(one))) {
    return text;
  }
  return editField(text, 'choices', (list) =>
    editItems(list, (item, position) => {
      const choice: unknown = choices[position];
      if (!isJsonObject(choice)) return item;
      const index = typeof choice['index'] === 'number' ? choice['index'] : position;
      const message = choice[field];
      const said = isJsonObject(message)
        ? editField(item, field, (own) =>
            mends.reduce((so, { mend }) => mend(so, message, index), own),
          )
        : item;
      return isUnnumbered(choice) ? editTopLevel(said, { index }) : said;
    }),
  );
}
