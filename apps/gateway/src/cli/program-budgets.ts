import type { Command } from 'commander';
import type { ScopeOptions } from './budgets.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { examples } from './examples.ts';
import type { ExplainOptions } from './explain-budgets.ts';

const withScope = (command: Command): Command =>
  command
    .option('--key <key>', 'of a key, by id or name')
    .option('--user <user>', 'of a user, by id or name')
    .option('--team <team>', 'of a team, by id or name')
    .option('--org <organisation>', 'of an organisation, by id or name')
    .option('--model <model>', 'of a model: provider/model, or openai/*')
    .option('--tag <tag>', 'of all calls with this tag');

/** `budgets`: what may be spent. */
export function addBudgets(program: Command, context: CliContext): void {
  const budgets = program
    .command('budgets')
    .description('make, list, show, change, delete and explain budgets')
    .addHelpText(
      'after',
      examples(['tollgate budgets create "20 USD/month" --team research', 'tollgate budgets list']),
    );
  withScope(
    budgets
      .command('create')
      .argument('<budget>', 'as in "100 requests/day" or "20 USD/month hard in Europe/Berlin"')
      .description('make a budget; a running gateway holds it within a second'),
  )
    .addHelpText(
      'after',
      examples([
        'tollgate budgets create "100 requests/day" --key app',
        'tollgate budgets create "20 USD/month hard" --team research',
        'tollgate budgets create "5 concurrent" --model "openai/*"',
      ]),
    )
    .action(async (budget: string, _options, command: Command) => {
      const { createBudget } = await import('./budgets.ts');
      await createBudget(context, budget, command.optsWithGlobals<ScopeOptions>());
    });
  withScope(budgets.command('list').description('list all budgets, or those of one'))
    .addHelpText(
      'after',
      examples(['tollgate budgets list', 'tollgate budgets list --key app --json']),
    )
    .action(async (_options, command: Command) => {
      const { listBudgets } = await import('./budgets.ts');
      await listBudgets(context, command.optsWithGlobals<ScopeOptions>());
    });
  budgets
    .command('show')
    .argument('<id>', 'its id')
    .description('show a budget')
    .addHelpText('after', examples(['tollgate budgets show bud_1a2b3c']))
    .action(async (id: string, _options, command: Command) => {
      const { showBudget } = await import('./budgets.ts');
      await showBudget(context, id, command.optsWithGlobals<CommonOptions>());
    });
  budgets
    .command('update')
    .argument('<id>', 'its id')
    .argument('<budget>', 'what it is to be; what it counts and its period stay')
    .description('change a budget')
    .addHelpText('after', examples(['tollgate budgets update bud_1a2b3c "30 USD/month"']))
    .action(async (id: string, budget: string, _options, command: Command) => {
      const { updateBudget } = await import('./budgets.ts');
      await updateBudget(context, [id, budget], command.optsWithGlobals<CommonOptions>());
    });
  budgets
    .command('delete')
    .argument('<id>', 'its id')
    .description('delete a budget')
    .addHelpText('after', examples(['tollgate budgets delete bud_1a2b3c']))
    .action(async (id: string, _options, command: Command) => {
      const { deleteBudget } = await import('./budgets.ts');
      await deleteBudget(context, id, command.optsWithGlobals<CommonOptions>());
    });
  budgets
    .command('explain')
    .requiredOption('--key <key>', 'of this key, by id or name')
    .requiredOption('--model <model>', 'for this model, as a client would name it')
    .option('--input <tokens>', 'of so many tokens; 1000 unless told')
    .option('--output <tokens>', 'that writes so many; 2000 unless told')
    .option('--max-output <tokens>', 'that may write so many, as its client limits it')
    .description(
      'say which budgets a call would need room in, what is left of each, and by how much it may be passed',
    )
    .addHelpText(
      'after',
      examples(['tollgate budgets explain --key app --model openai/gpt-5 --output 500']),
    )
    .action(async (_options, command: Command) => {
      const { explainBudgets } = await import('./explain-budgets.ts');
      await explainBudgets(context, command.optsWithGlobals<ExplainOptions>());
    });
}
