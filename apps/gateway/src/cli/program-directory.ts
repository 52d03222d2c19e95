import type { Command } from 'commander';
import type { CliContext, CommonOptions } from './context.ts';
import type { RecordCommands, RecordOptions } from './directory-records.ts';
import { examples } from './examples.ts';
import type { CreateKeyOptions, RotateKeyOptions, UpdateKeyOptions } from './keys.ts';

interface RecordKind {
  readonly name: 'orgs' | 'teams' | 'users';
  readonly noun: string;
  readonly plural: string;
  readonly article: string;
  readonly email: boolean;
}

const KINDS: readonly RecordKind[] = [
  { name: 'orgs', noun: 'organisation', plural: 'organisations', article: 'an', email: false },
  { name: 'teams', noun: 'team', plural: 'teams', article: 'a', email: false },
  { name: 'users', noun: 'user', plural: 'users', article: 'a', email: true },
];

async function commandsOf(name: RecordKind['name']): Promise<RecordCommands> {
  const { organisationCommands, teamCommands, userCommands } = await import(
    './directory-records.ts'
  );
  return { orgs: organisationCommands, teams: teamCommands, users: userCommands }[name];
}

/** `orgs`, `teams`, `users`: whose the keys are. */
export function addRecords(program: Command, context: CliContext): void {
  for (const kind of KINDS) addRecord(program, kind, context);
}

function addRecord(program: Command, kind: RecordKind, context: CliContext): void {
  const { name, noun, plural, article, email } = kind;
  const parent = program
    .command(name)
    .description(`make, list, show, change and delete ${plural}`)
    .addHelpText(
      'after',
      examples([`tollgate ${name} create --name research`, `tollgate ${name} list`]),
    );
  const withOrg = (command: Command): Command =>
    name === 'orgs'
      ? command
      : command.option(
          '--org <organisation>',
          'its organisation, by id or name (default: default)',
        );
  const withEmail = (command: Command, text: string): Command =>
    email ? command.option('--email <address>', text) : command;

  withEmail(
    withOrg(
      parent
        .command('create')
        .description(`make ${article} ${noun}`)
        .requiredOption('--name <name>', 'what it is called'),
    ),
    'an e-mail address',
  )
    .addHelpText('after', examples([`tollgate ${name} create --name research`]))
    .action(async (_options, command: Command) => {
      await (await commandsOf(name)).create(context, command.optsWithGlobals<RecordOptions>());
    });
  withOrg(parent.command('list').description(`list all ${plural}`))
    .addHelpText('after', examples([`tollgate ${name} list`, `tollgate ${name} list --json`]))
    .action(async (_options, command: Command) => {
      await (await commandsOf(name)).list(context, command.optsWithGlobals<RecordOptions>());
    });
  parent
    .command('show')
    .argument(`<${noun}>`, 'its id or its name')
    .description(`show ${article} ${noun}`)
    .addHelpText('after', examples([`tollgate ${name} show research`]))
    .action(async (one: string, _options, command: Command) => {
      await (await commandsOf(name)).show(context, one, command.optsWithGlobals<RecordOptions>());
    });
  withEmail(
    parent
      .command('update')
      .argument(`<${noun}>`, 'its id or its name')
      .description(`change ${article} ${noun}`)
      .option('--name <name>', 'what it is to be called'),
    'an e-mail address, or none',
  )
    .addHelpText('after', examples([`tollgate ${name} update research --name science`]))
    .action(async (one: string, _options, command: Command) => {
      await (await commandsOf(name)).update(context, one, command.optsWithGlobals<RecordOptions>());
    });
  parent
    .command('delete')
    .argument(`<${noun}>`, 'its id or its name')
    .description(`delete ${article} ${noun} that nothing belongs to any more`)
    .addHelpText('after', examples([`tollgate ${name} delete research`]))
    .action(async (one: string, _options, command: Command) => {
      await (await commandsOf(name)).delete(context, one, command.optsWithGlobals<RecordOptions>());
    });
}

/** Options that may be given several times. */
const collected = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

const withTerms = (command: Command): Command =>
  command
    .option('--role <role>', 'admin or member')
    .option('--team <team>', 'its team, by id or name')
    .option('--user <user>', 'its user, by id or name')
    .option('--models <names>', 'models that it may use, with commas: fast,openai/* (default: all)')
    .option('--faces <names>', 'faces that it may use, with commas: openai,native (default: all)')
    .option('--rate-limit <count>', 'requests a minute')
    .option('--tag <tag>', 'a word to report by; may be given several times', collected)
    .option('--meta <name=text>', 'a note of yours; may be given several times', collected)
    .option('--expires <when>', 'a day, an instant or a span: 2027-01-31, 2027-01-31T12:00Z, 30d')
    .option(
      '--store-bodies <span>',
      'keep bodies of its calls, apart, for so long: 12h, 7d; off (default)',
    );

/** `keys`: those of clients. */
export function addKeys(program: Command, context: CliContext): void {
  const keys = program
    .command('keys')
    .description('make, list, change, rotate and revoke the keys of clients')
    .addHelpText(
      'after',
      examples(['tollgate keys create --name app', 'tollgate keys revoke app']),
    );
  withTerms(
    keys
      .command('create')
      .description('make a key and print it: the only time that it is shown')
      .option('--name <name>', 'what it is called in reports', 'app')
      .option('--budget <budget>', 'as in "20 USD/month"; may be given several times', collected),
  )
    .addHelpText(
      'after',
      examples([
        'tollgate keys create --name app',
        "tollgate keys create --name ci --models 'sim/*' --rate-limit 60 --expires 30d --json",
        'tollgate keys create --name team-a --budget "100 requests/day" --budget "20 USD/month"',
        'tollgate keys create --name batch --team research --tag env:prod --tag nightly',
      ]),
    )
    .action(async (_options, command: Command) => {
      const { createKey } = await import('./keys.ts');
      await createKey(context, command.optsWithGlobals<CreateKeyOptions>());
    });
  keys
    .command('list')
    .description('list all keys, without the keys themselves')
    .option('--team <team>', 'only those of a team, by id or name')
    .option('--user <user>', 'only those of a user, by id or name')
    .addHelpText('after', examples(['tollgate keys list', 'tollgate keys list --json']))
    .action(async (_options, command: Command) => {
      const { listKeys } = await import('./keys.ts');
      await listKeys(context, command.optsWithGlobals<CommonOptions>());
    });
  keys
    .command('show')
    .argument('<key>', 'its id or its name')
    .description('show a key, without the key itself')
    .addHelpText('after', examples(['tollgate keys show app --json']))
    .action(async (key: string, _options, command: Command) => {
      const { showKey } = await import('./keys.ts');
      await showKey(context, key, command.optsWithGlobals<CommonOptions>());
    });
  withTerms(
    keys
      .command('update')
      .argument('<key>', 'its id or its name')
      .description('change a key; a running gateway sees it within a second')
      .option('--name <name>', 'what it is to be called'),
  )
    .option('--disable', 'refuse it until it is enabled')
    .option('--enable', 'take it again')
    .addHelpText(
      'after',
      examples([
        'tollgate keys update app --expires never --models all --faces all',
        'tollgate keys update app --rate-limit none --user none --tag none --meta none',
        'tollgate keys update app --disable',
      ]),
    )
    .action(async (key: string, _options, command: Command) => {
      const { updateKey } = await import('./keys.ts');
      await updateKey(context, key, command.optsWithGlobals<UpdateKeyOptions>());
    });
  keys
    .command('rotate')
    .argument('<key>', 'its id or its name')
    .description('make another key in its place, with all that it has, and print it')
    .option('--overlap <span>', 'how long the one before stays valid: 15m, 12h, 7d (default: not)')
    .addHelpText('after', examples(['tollgate keys rotate app --overlap 7d']))
    .action(async (key: string, _options, command: Command) => {
      const { rotateKey } = await import('./keys.ts');
      await rotateKey(context, key, command.optsWithGlobals<RotateKeyOptions>());
    });
  keys
    .command('revoke')
    .alias('delete')
    .argument('<key>', 'its id or its name')
    .description('end a key; a running gateway refuses it within a second')
    .addHelpText('after', examples(['tollgate keys revoke app', 'tollgate keys revoke key_1a2b3c']))
    .action(async (key: string, _options, command: Command) => {
      const { revokeKey } = await import('./keys.ts');
      await revokeKey(context, key, command.optsWithGlobals<CommonOptions>());
    });
}
