import type { GatewayError } from '../chat/error.ts';
import { replay } from '../chat/replay.ts';
import type { ChatReply, StopReason } from '../chat/reply.ts';
import type { PartStart, StreamEvent } from '../chat/stream-event.ts';
import { type Stepper, stepper } from '../fold.ts';

/** Ends that say themselves why there is no call: one that is forced can end so too. */
const EXCUSES: readonly StopReason[] = ['length', 'content-filter', 'refusal', 'pause'];

interface State {
  /** The choices that have called a tool. */
  readonly called: ReadonlySet<number>;
  readonly isMissing: boolean;
}

/**
 * Passes a stream on, unless it ends well without the call that was asked for: then its end is an
 * error. What was said until then has been told; what it used is told before the end.
 */
export const createCallCheck = (provider: string): Stepper<StreamEvent, StreamEvent> =>
  stepper<State, StreamEvent, StreamEvent>({
    initial: { called: new Set(), isMissing: false },
    step: (state, event) => {
      if (event.type === 'part-start' && isCall(event.start)) {
        return [{ ...state, called: new Set(state.called).add(event.choice) }, [event]];
      }
      if (event.type === 'choice-end') {
        const isMet = state.called.has(event.choice) || EXCUSES.includes(event.stopReason);
        return isMet ? [state, [event]] : [{ ...state, isMissing: true }, []];
      }
      if (event.type !== 'end' || !state.isMissing) return [state, [event]];
      return [state, [{ type: 'error', error: { kind: 'tool_not_called', provider } }]];
    },
    end: () => [],
  });

/** The same of a whole reply. */
export function missingCall(reply: ChatReply, provider: string): GatewayError | undefined {
  const check = createCallCheck(provider);
  const last = replay(reply)
    .flatMap((event) => check.push(event))
    .at(-1);
  return last?.type === 'error' ? last.error : undefined;
}

const isCall = (start: PartStart): boolean =>
  start.type === 'tool-call' || (start.type === 'server-tool' && start.role === 'call');
