import type { BudgetScope } from '@tollgate/core/budgets';
import type {
  ChatReply,
  ChatRequest,
  GatewayError,
  Loss,
  StreamEvent,
  TrpcCode,
} from '@tollgate/core/chat';
import type {
  AtVersion,
  BudgetPatch,
  CreatedKey,
  KeyPatch,
  KeyRotation,
  NewBudget,
  NewKey,
  NewOrganisation,
  NewTeam,
  NewUser,
  Organisation,
  OrganisationPatch,
  Page,
  PageQuery,
  Stored,
  StoredBudget,
  StoredKey,
  Team,
  TeamPatch,
  User,
  UserPatch,
} from '@tollgate/core/directory';
import type { EmbeddingReply, EmbeddingRequest } from '@tollgate/core/embeddings';
import type { UsageEvent } from '@tollgate/core/usage';
import type {
  TRPCBuiltRouter,
  TRPCDefaultErrorData,
  TRPCDefaultErrorShape,
  TRPCMutationProcedure,
  TRPCQueryProcedure,
  TRPCSubscriptionProcedure,
} from '@trpc/server';
import type { CallBodies } from '../../ports/body-store.ts';
import type { DeadSelection } from '../../ports/outbox-store.ts';
import type { UsageGroup, UsageRow } from '../../ports/usage-reports.ts';
import type { AskedExplanation, ExplainedBudget } from '../../services/budgets/explain.ts';
import type { HealthReport } from '../../services/health.ts';
import type { ListedModel } from '../../services/models.ts';
import type { ChannelStatus, DeadLetterQuery, ShownLetter } from '../../services/outbox.ts';

export type {
  ChatReply,
  ChatRequest,
  Choice,
  ContentPart,
  ErrorKind,
  GatewayError,
  LimitFacts,
  Loss,
  Message,
  PartDelta,
  PartStart,
  StopReason,
  StreamEvent,
  Tool,
  ToolChoice,
  Usage,
} from '@tollgate/core/chat';
export type { EmbeddingReply, EmbeddingRequest } from '@tollgate/core/embeddings';
export type { UsageEvent } from '@tollgate/core/usage';
export type {
  AskedExplanation,
  BudgetPatch,
  CallBodies,
  ChannelStatus,
  CreatedKey,
  DeadLetterQuery,
  DeadSelection,
  ExplainedBudget,
  HealthReport,
  KeyPatch,
  KeyRotation,
  ListedModel,
  NewBudget,
  NewKey,
  NewOrganisation,
  NewTeam,
  NewUser,
  Organisation,
  OrganisationPatch,
  Page,
  ShownLetter,
  StoredBudget,
  StoredKey,
  Team,
  TeamPatch,
  UsageGroup,
  UsageRow,
  User,
  UserPatch,
};

/*
 * What clients of `/trpc` are compiled against: types only, written out, so that the published client
 * carries the hub's own words and nothing of this process. `router.ts` is checked against it.
 */

/** The schema's version, which clients may state and replies carry. */
export interface Versioned {
  readonly version?: 1;
}

/** A chat request in the hub's words. Which procedure is called says whether it streams. */
export interface ChatInput extends Omit<ChatRequest, 'stream'>, Versioned {}

export interface ChatOutput {
  /** The id that stands in the ledger and the log. */
  readonly callId: string;
  /** Who served: `provider/model`. */
  readonly model: string;
  readonly reply: ChatReply & Versioned;
  /** What the model that served could not do exactly. */
  readonly losses: readonly Loss[];
}

export interface EmbeddingInput extends EmbeddingRequest, Versioned {}

export interface EmbeddingOutput {
  readonly callId: string;
  readonly reply: EmbeddingReply & Versioned;
  /** What the model that served could not do exactly. */
  readonly losses: readonly Loss[];
}

export interface UsageSummaryInput {
  /** Unix milliseconds, inclusive; absent: from the beginning. */
  readonly from?: number;
  /** Unix milliseconds, exclusive; absent: until now. */
  readonly to?: number;
  /** IANA name of the time zone whose days and months are meant: `Europe/Berlin`; absent: UTC. */
  readonly zone?: string;
  /** Absent: by day, key and model. */
  readonly groupBy?: readonly UsageGroup[];
}

export interface UsageTailInput {
  /** The last event seen: those since then come first, at most 1,000. */
  readonly lastEventId?: string;
}

export interface TrackedUsageEvent {
  /** The call's id. */
  readonly id: string;
  readonly data: UsageEvent;
}

export interface RevokeKeyInput {
  /** The key's id or name. */
  readonly key: string;
}

export interface ErrorData extends TRPCDefaultErrorData {
  readonly code: TrpcCode;
  /** The failure itself, as everywhere in the gateway. */
  readonly cause: GatewayError;
  /** Whole seconds to wait before another try; absent: nobody told us. */
  readonly retryAfterSeconds?: number;
}

/** How every failure arrives. */
export interface ErrorShape extends TRPCDefaultErrorShape {
  readonly data: ErrorData;
}

interface Procedure<Input, Output> {
  input: Input;
  output: Output;
  meta: object;
  errorShape: ErrorShape;
}
type Query<Input, Output> = TRPCQueryProcedure<Procedure<Input, Output>>;
type Mutation<Input, Output> = TRPCMutationProcedure<Procedure<Input, Output>>;
type Subscription<Input, Output> = TRPCSubscriptionProcedure<Procedure<Input, Output>>;

export interface ById {
  readonly id: string;
}

export interface ListOfOrganisation extends PageQuery {
  readonly organisationId?: string;
}

export interface ListOfKeys extends PageQuery {
  readonly teamId?: string;
  readonly userId?: string;
}

export interface ListOfBudgets extends PageQuery {
  readonly scopeKind?: BudgetScope['kind'];
  readonly scopeId?: string;
}

/** Records of one kind, for administrators: the same as `/admin/v1` over HTTP. */
export type RecordProcedures<R extends Stored, New, Patch extends AtVersion, List> = {
  create: Mutation<New, R>;
  get: Query<ById, R>;
  /** Oldest first. */
  list: Query<List | undefined, Page<R>>;
  /** Absent fields stay, null clears; a conflict unless `version` stands. */
  update: Mutation<Patch & ById, R>;
  delete: Mutation<ById, ById>;
};

/** What waits to be told to others, and what was given up. */
export type OutboxProcedures = {
  status: Query<void, { readonly channels: readonly ChannelStatus[] }>;
  /** Oldest first. */
  deadLetters: Query<DeadLetterQuery | undefined, Page<ShownLetter>>;
  /** Those named, or all of one channel. */
  resend: Mutation<DeadSelection, { readonly resent: number }>;
};

export type AdminProcedures = {
  organisations: RecordProcedures<Organisation, NewOrganisation, OrganisationPatch, PageQuery>;
  teams: RecordProcedures<Team, NewTeam, TeamPatch, ListOfOrganisation>;
  users: RecordProcedures<User, NewUser, UserPatch, ListOfOrganisation>;
  keys: {
    create: Mutation<NewKey, CreatedKey>;
    /** `self`: the caller's own, which any key may read. */
    get: Query<ById, StoredKey>;
    list: Query<ListOfKeys | undefined, Page<StoredKey>>;
    update: Mutation<KeyPatch & ById, StoredKey>;
    rotate: Mutation<KeyRotation & ById, CreatedKey>;
    revoke: Mutation<ById, StoredKey>;
  };
  budgets: RecordProcedures<StoredBudget, NewBudget, BudgetPatch, ListOfBudgets> & {
    /** What budgets would say to a call, before it is made: any key about itself, administrators about all. */
    explain: Query<AskedExplanation, { readonly budgets: readonly ExplainedBudget[] }>;
  };
  outbox: OutboxProcedures;
  calls: {
    /** What a client sent with a call and what it got, where its key has them kept. */
    bodies: Query<ById, CallBodies>;
  };
};

export type Procedures = {
  chat: {
    complete: Mutation<ChatInput, ChatOutput>;
    /** Typed events; the last is the one `end` or `error`. */
    stream: Mutation<ChatInput, AsyncIterable<StreamEvent & Versioned>>;
  };
  embeddings: { create: Mutation<EmbeddingInput, EmbeddingOutput> };
  models: { list: Query<void, readonly ListedModel[]> };
  usage: {
    summary: Query<UsageSummaryInput | undefined, readonly UsageRow[]>;
    /** Each call once it is in the ledger, by its call id. */
    tail: Subscription<UsageTailInput | undefined, AsyncIterable<TrackedUsageEvent, void>>;
  };
  keys: {
    create: Mutation<NewKey, CreatedKey>;
    list: Query<void, readonly StoredKey[]>;
    revoke: Mutation<RevokeKeyInput, { readonly revoked: true }>;
  };
  admin: AdminProcedures;
  health: Query<void, HealthReport>;
};

/** `transformer: true` keeps tRPC from rewriting types that are JSON already. */
export type AppRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: ErrorShape; transformer: true },
  Procedures
>;
