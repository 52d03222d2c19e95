import { ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { failedFields } from '@tollgate/core/dialects';
import type { Clock } from '../../ports/clock.ts';
import type { Gateways } from '../../ports/gateways.ts';
import { type BackgroundRuns, LONGEST_RUN_MS } from './background-runs.ts';
import type { Endings, RunId } from './endings.ts';
import type { KeptHere, KeptResponse, KeptResponses } from './kept-responses.ts';

export interface RunningDeps {
  readonly clock: Clock;
  readonly kept: KeptResponses;
  readonly runs: BackgroundRuns;
  readonly endings: Endings;
  readonly gateways: Gateways;
}

/** Kept responses as they are, and the end of those that are still made, on whichever gateway. */
export interface Running {
  /** One whose gateway is gone has failed. */
  find(run: RunId): Promise<Result<KeptResponse, GatewayError>>;
  /** Resolves when it has ended; one of another gateway may take longer than anybody waits. */
  end(run: RunId, found: KeptHere, how: 'cancel' | 'delete'): Promise<void>;
}

const LOOK_MS = 250;
/** For another gateway to see that it is asked, and to hang up. */
const WAIT_MS = 10_000;

export function createRunning(deps: RunningDeps): Running {
  const { clock, kept, runs, endings, gateways } = deps;

  const isAtWork = async (id: string, worker: string, found: KeptHere): Promise<boolean> => {
    if (worker === gateways.own) return runs.isRunning(id);
    if (!(await gateways.isAlive(worker))) return false;
    // Its gateway lives, but could not write how it ended.
    const began = Number(found.response['created_at']) * 1000;
    return clock.now() < began + LONGEST_RUN_MS + WAIT_MS;
  };

  const find = async (run: RunId): Promise<Result<KeptResponse, GatewayError>> => {
    const { owner, id } = run;
    const found = await kept.find(owner, id);
    if (!found.ok || !isUnfinished(found.value)) return found;
    if (await isAtWork(id, found.value.worker, found.value)) return found;
    // It may have ended since it was read.
    const last = await kept.find(owner, id);
    if (!last.ok || !isUnfinished(last.value)) return last;
    const { worker: _worker, ...rest } = last.value;
    const failure = failedFields({ kind: 'shutting_down', retryAfterSeconds: 1 });
    const failed = { ...rest, response: { ...rest.response, ...failure } };
    await kept.keep(owner, id, failed);
    return ok(failed);
  };

  const isOver = async (run: RunId): Promise<boolean> => {
    const found = await find(run);
    return !found.ok || !isUnfinished(found.value);
  };

  return {
    find,
    end: async (run, found, how) => {
      if (found.worker === undefined) return;
      if (found.worker === gateways.own) return runs.cancel(run.id);
      if (!(await endings.ask(run, how))) return;
      const until = clock.monotonic() + WAIT_MS;
      while (clock.monotonic() < until) {
        if (await isOver(run)) return;
        await new Promise<void>((resolve) => void clock.schedule(LOOK_MS, resolve));
      }
    },
  };
}

const isUnfinished = (found: KeptResponse): found is KeptHere & { readonly worker: string } =>
  found.at === 'here' && found.worker !== undefined;
