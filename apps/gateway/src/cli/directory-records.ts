import {
  type AtVersion,
  NewOrganisationWire,
  NewTeamWire,
  NewUserWire,
  OrganisationPatchWire,
  type Stored,
  type Team,
  TeamPatchWire,
  type User,
  UserPatchWire,
} from '@tollgate/core/directory';
import type * as z from 'zod';
import type { Directory } from '../services/admin/directory.ts';
import type { Resource } from '../services/admin/resource.ts';
import { checked } from './checked.ts';
import { type CliContext, CliFailure, type CommonOptions, readConfig, toJson } from './context.ts';
import { dayOf } from './instant.ts';
import { withStores } from './open-stores.ts';
import { allOf, OPERATOR, valueOrFail } from './operator.ts';
import { renderTable } from './table.ts';

/** What may be said of a record; each as it was typed. */
export interface RecordOptions extends CommonOptions {
  readonly name?: string;
  readonly org?: string;
  readonly email?: string;
}

interface Named extends Stored {
  readonly name: string;
  readonly organisationId?: string;
}

type Fields = Readonly<Record<string, string | null>>;

interface Shape<R extends Named, New, Patch extends AtVersion> {
  readonly noun: string;
  readonly plural: string;
  readonly resource: (directory: Directory) => Resource<R, New, Patch>;
  readonly newWire: z.ZodType<New>;
  readonly patchWire: z.ZodType<Patch>;
  readonly columns: { readonly [head: string]: (record: R) => string };
}

/** The commands of one kind of record. */
export interface RecordCommands {
  create(context: CliContext, options: RecordOptions): Promise<void>;
  list(context: CliContext, options: RecordOptions): Promise<void>;
  show(context: CliContext, idOrName: string, options: RecordOptions): Promise<void>;
  update(context: CliContext, idOrName: string, options: RecordOptions): Promise<void>;
  delete(context: CliContext, idOrName: string, options: RecordOptions): Promise<void>;
}

function recordCommands<R extends Named, New, Patch extends AtVersion>(
  shape: Shape<R, New, Patch>,
): RecordCommands {
  const { noun, plural, resource, columns } = shape;
  const open = <T>(
    context: CliContext,
    options: CommonOptions,
    use: (directory: Directory) => Promise<T>,
  ): Promise<T> =>
    withStores(readConfig(context, options).config, ({ directory }) => use(directory));
  const print = (context: CliContext, options: CommonOptions, record: R, done: string): void => {
    if (options.json === true) context.out(toJson(present(record)));
    else context.out(`The ${noun} "${record.name}" (${record.id}) is ${done}.`);
  };
  const table = (records: readonly R[]): string =>
    renderTable(
      ['NAME', 'ID', ...Object.keys(columns), 'MADE'],
      records.map((record) => [
        record.name,
        record.id,
        ...Object.values(columns).map((cell) => cell(record)),
        dayOf(record.createdAt),
      ]),
    );

  return {
    create: async (context, options) => {
      const record = await open(context, options, async (directory) => {
        const wanted = checked(shape.newWire, await fieldsOf(directory, options));
        return valueOrFail(await resource(directory).create(OPERATOR, wanted));
      });
      print(context, options, record, 'made');
    },
    list: async (context, options) => {
      const records = await open(context, options, async (directory) => {
        const { organisationId } = await fieldsOf(directory, options);
        const where = { organisationId: organisationId ?? undefined };
        return allOf((page) => resource(directory).list(OPERATOR, { ...page, where }));
      });
      if (options.json === true) context.out(toJson({ [plural]: records.map(present) }));
      else context.out(table(records));
    },
    show: async (context, idOrName, options) => {
      const record = await open(context, options, (directory) =>
        oneOf(resource(directory), noun, idOrName),
      );
      context.out(options.json === true ? toJson(present(record)) : table([record]));
    },
    update: async (context, idOrName, options) => {
      const record = await open(context, options, async (directory) => {
        const { id, version } = await oneOf(resource(directory), noun, idOrName);
        const fields = await fieldsOf(directory, options);
        const patch = checked(shape.patchWire, { version, ...fields });
        return valueOrFail(await resource(directory).update(OPERATOR, id, patch));
      });
      print(context, options, record, 'changed');
    },
    delete: async (context, idOrName, options) => {
      const id = await open(context, options, async (directory) => {
        const found = await idOf(resource(directory), noun, idOrName);
        valueOrFail(await resource(directory).delete(OPERATOR, found));
        return found;
      });
      if (options.json === true) context.out(toJson({ deleted: id }));
      else context.out(`The ${noun} "${idOrName}" is deleted.`);
    },
  };
}

/** `none` clears what may be absent. */
async function fieldsOf(
  { organisations }: Directory,
  { name, org, email }: RecordOptions,
): Promise<Fields> {
  return {
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email: email === 'none' ? null : email }),
    ...(org !== undefined && { organisationId: await idOf(organisations, 'organisation', org) }),
  };
}

type Listed<R extends Named> = Pick<Resource<R, never, never>, 'get' | 'list'>;

export const idOf = async <R extends Named>(
  resource: Listed<R>,
  noun: string,
  idOrName: string,
): Promise<string> => (await oneOf(resource, noun, idOrName)).id;

/** The one that is meant: by its id, else the one of this name. */
async function oneOf<R extends Named>(
  resource: Listed<R>,
  noun: string,
  idOrName: string,
): Promise<R> {
  const byId = await resource.get(OPERATOR, idOrName);
  if (byId.ok) return byId.value;
  if (byId.error.kind !== 'record_not_found') return valueOrFail(byId);
  const all = await allOf((page) => resource.list(OPERATOR, page));
  const named = all.filter(({ name }) => name === idOrName);
  const [one] = named;
  if (one === undefined) {
    throw new CliFailure(`There is no ${noun} with the name or id "${idOrName}".`);
  }
  if (named.length === 1) return one;
  const ids = named.map(({ id }) => id).join(', ');
  throw new CliFailure(`${named.length} are called "${idOrName}": name one by its id (${ids}).`);
}

const present = <R extends Stored>(record: R) => ({
  ...record,
  createdAt: new Date(record.createdAt).toISOString(),
});

export const organisationCommands = recordCommands({
  noun: 'organisation',
  plural: 'organisations',
  resource: ({ organisations }) => organisations,
  newWire: NewOrganisationWire,
  patchWire: OrganisationPatchWire,
  columns: {},
});

export const teamCommands = recordCommands({
  noun: 'team',
  plural: 'teams',
  resource: ({ teams }) => teams,
  newWire: NewTeamWire,
  patchWire: TeamPatchWire,
  columns: { ORGANISATION: ({ organisationId }: Team) => organisationId },
});

export const userCommands = recordCommands({
  noun: 'user',
  plural: 'users',
  resource: ({ users }) => users,
  newWire: NewUserWire,
  patchWire: UserPatchWire,
  columns: {
    ORGANISATION: ({ organisationId }: User) => organisationId,
    EMAIL: ({ email = '' }: User) => email,
  },
});
