import * as z from 'zod';
import type { CreatedKey, KeyPatch, KeyRotation, NewKey, StoredKey } from './key.ts';
import type { Metadata } from './labels.ts';
import type { NewOrganisation, Organisation, OrganisationPatch } from './organisation.ts';
import type { Page } from './page.ts';
import type { NewTeam, Team, TeamPatch } from './team.ts';
import type { NewUser, User, UserPatch } from './user.ts';

/* What of the directory is written in bodies, checked and described by the same schemas. */

/** 9999-12-31: beyond it an instant is a mistake. */
const LAST_INSTANT = 253_402_300_799_999;
const MOST_NAMES = 1_000;
/** 90 days: what is kept for longer belongs into a store of the operator's own. */
const LONGEST_BODIES_S = 90 * 86_400;
const LONGEST_OVERLAP_S = 90 * 86_400;
const MOST_TAGS = 20;
const MOST_ENTRIES = 16;
const MOST_CHARACTERS = 2_000;
const MOST_LISTED = 200;

export const InstantWire = z
  .int()
  .min(0)
  .max(LAST_INSTANT)
  .meta({ description: 'Unix milliseconds.' });

export const IdWire = z.string().min(1).max(128);

const Name = z
  .string()
  .trim()
  .min(1, 'expected 1 to 80 characters')
  .max(80, 'expected 1 to 80 characters')
  .meta({ description: 'What people call it; two may have one name.' });

export const VersionWire = z.int().min(1).meta({
  description:
    'Grows with each change. A change names the one that was read, and is refused (409) when another came before it.',
});

/** What every record has. */
export const storedWire = { id: IdWire, createdAt: InstantWire, version: VersionWire };

const ofDefault = IdWire.exactOptional().meta({ description: 'Absent: the default one.' });

export const OrganisationWire = z.strictObject({
  ...storedWire,
  name: Name,
}) satisfies z.ZodType<Organisation>;

export const NewOrganisationWire = z.strictObject({
  name: Name,
}) satisfies z.ZodType<NewOrganisation>;

export const OrganisationPatchWire = z.strictObject({
  version: VersionWire,
  name: Name.exactOptional(),
}) satisfies z.ZodType<OrganisationPatch>;

export const TeamWire = z.strictObject({
  ...storedWire,
  organisationId: IdWire,
  name: Name,
}) satisfies z.ZodType<Team>;

export const NewTeamWire = z.strictObject({
  organisationId: ofDefault,
  name: Name,
}) satisfies z.ZodType<NewTeam>;

export const TeamPatchWire = z.strictObject({
  version: VersionWire,
  name: Name.exactOptional(),
}) satisfies z.ZodType<TeamPatch>;

const Email = z.email('expected an e-mail address').max(254);

export const UserWire = z.strictObject({
  ...storedWire,
  organisationId: IdWire,
  name: Name,
  email: Email.exactOptional(),
}) satisfies z.ZodType<User>;

export const NewUserWire = z.strictObject({
  organisationId: ofDefault,
  name: Name,
  email: Email.exactOptional(),
}) satisfies z.ZodType<NewUser>;

export const UserPatchWire = z.strictObject({
  version: VersionWire,
  name: Name.exactOptional(),
  email: Email.nullable().exactOptional(),
}) satisfies z.ZodType<UserPatch>;

const Names = z.array(z.string().min(1).max(256)).max(MOST_NAMES).readonly();

const Tag = z
  .string()
  .regex(/^[\w.:/@=+-]{1,64}$/, 'expected 1 to 64 letters, digits and . _ : / @ = + -');

/*
 * Tags and metadata stand on every row of the ledger, of which there are millions: both are bounded.
 */
const Tags = z.array(Tag).max(MOST_TAGS).readonly().meta({
  description: 'Words to report and to budget by, as in `env:prod`.',
});

const MetadataWire = z
  .record(z.string().min(1).max(64), z.string().max(512))
  .refine(
    (entries) => Object.keys(entries).length <= MOST_ENTRIES,
    `at most ${MOST_ENTRIES} entries`,
  )
  .refine(
    (entries) => JSON.stringify(entries).length <= MOST_CHARACTERS,
    `at most ${MOST_CHARACTERS} characters in all`,
  )
  .meta({ description: 'Names and texts of your own.' }) satisfies z.ZodType<Metadata>;

const KeyRole = z.enum(['admin', 'member']);

const terms = {
  userId: IdWire.meta({ description: 'Whose it is. Absent: nobody’s in particular.' }),
  allowedModels: Names.meta({
    description: 'Names, or `provider/…*` patterns, that it may use. Absent: all.',
  }),
  allowedFaces: z
    .array(z.string().min(1).max(32))
    .max(32)
    .readonly()
    .meta({ description: 'Faces that it may use. Absent: all.' }),
  requestsPerMinute: z.int().min(1).max(1_000_000),
  tags: Tags,
  metadata: MetadataWire,
  expiresAt: InstantWire.meta({ description: 'Unix milliseconds; refused from then on.' }),
  storeBodiesSeconds: z.int().min(60).max(LONGEST_BODIES_S).meta({
    description: 'Bodies of its calls are kept, apart, for so long. Absent: none is.',
  }),
};

const optionalTerms = {
  userId: terms.userId.exactOptional(),
  allowedModels: terms.allowedModels.exactOptional(),
  allowedFaces: terms.allowedFaces.exactOptional(),
  requestsPerMinute: terms.requestsPerMinute.exactOptional(),
  tags: terms.tags.exactOptional(),
  metadata: terms.metadata.exactOptional(),
  expiresAt: terms.expiresAt.exactOptional(),
  storeBodiesSeconds: terms.storeBodiesSeconds.exactOptional(),
};

export const KeyWire = z.strictObject({
  ...storedWire,
  name: Name,
  role: KeyRole,
  hint: z.string().meta({ description: 'Its first characters, to tell keys apart.' }),
  organisationId: IdWire,
  teamId: IdWire,
  ...optionalTerms,
  disabled: z.literal(true).exactOptional(),
  revokedAt: InstantWire.exactOptional(),
  previousUntil: InstantWire.exactOptional().meta({
    description: 'It was rotated: until then the key before this one is taken too.',
  }),
}) satisfies z.ZodType<StoredKey>;

export const NewKeyWire = z.strictObject({
  name: Name,
  role: KeyRole.exactOptional().meta({ description: 'Absent: member.' }),
  teamId: ofDefault,
  ...optionalTerms,
}) satisfies z.ZodType<NewKey>;

export const KeyPatchWire = z.strictObject({
  version: VersionWire,
  name: Name.exactOptional(),
  role: KeyRole.exactOptional(),
  teamId: IdWire.exactOptional(),
  userId: terms.userId.nullable().exactOptional(),
  allowedModels: terms.allowedModels.nullable().exactOptional(),
  allowedFaces: terms.allowedFaces.nullable().exactOptional(),
  requestsPerMinute: terms.requestsPerMinute.nullable().exactOptional(),
  tags: terms.tags.nullable().exactOptional(),
  metadata: terms.metadata.nullable().exactOptional(),
  expiresAt: terms.expiresAt.nullable().exactOptional(),
  storeBodiesSeconds: terms.storeBodiesSeconds.nullable().exactOptional(),
  disabled: z.boolean().exactOptional(),
}) satisfies z.ZodType<KeyPatch>;

export const CreatedKeyWire = z.strictObject({
  stored: KeyWire,
  plaintext: z.string().meta({ description: 'The key itself: shown here, once.' }),
}) satisfies z.ZodType<CreatedKey>;

export const KeyRotationWire = z.strictObject({
  overlapSeconds: z.int().min(0).max(LONGEST_OVERLAP_S).exactOptional().meta({
    description: 'How long the key before stays valid. Absent: not at all.',
  }),
}) satisfies z.ZodType<KeyRotation>;

export const pageOf = <R>(record: z.ZodType<R>): z.ZodType<Page<R>> =>
  z.strictObject({
    items: z.array(record).readonly(),
    next: z.string().exactOptional().meta({
      description: 'Where the next page begins: its `after`. Absent: this was the last.',
    }),
  });

/** What may be asked of any list, as it stands in a query too. */
export const pageWire = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MOST_LISTED)
    .exactOptional()
    .meta({
      description: `Most records of one page; absent: 50, at most ${MOST_LISTED}.`,
    }),
  after: z.string().min(1).max(256).exactOptional().meta({
    description: 'Where the page before ended: its `next`.',
  }),
};
