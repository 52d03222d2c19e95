import { askModels } from '../services/ask-models.ts';
import { createFindDestination } from '../services/destination.ts';
import { createModelService } from '../services/models.ts';
import { type CliContext, type CommonOptions, readConfig, toJson } from './context.ts';
import { systemClock, withUpstreams } from './open-upstream.ts';
import { OPERATOR } from './operator.ts';
import { renderTable } from './table.ts';

/** What clients can name as `model`: asks each provider, and takes what is known of those that don't say. */
export async function printModels(context: CliContext, options: CommonOptions): Promise<void> {
  const { config } = readConfig(context, options);
  const models = await withUpstreams(({ upstreamOf }) =>
    createModelService({
      config,
      clock: systemClock,
      findDestination: createFindDestination(config),
      ask: (provider) =>
        provider.transport === 'simulated'
          ? Promise.resolve(undefined)
          : askModels(provider, upstreamOf(provider)),
    }).list(OPERATOR),
  );
  for (const note of config.notes) context.err(note);
  if (options.json === true) {
    context.out(toJson({ models }));
    return;
  }
  context.out(
    renderTable(
      ['MODEL', 'FROM'],
      models.map(({ id, ownedBy }) => [id, ownedBy]),
    ),
  );
}
