import type { Directory } from './admin/directory.ts';
import type { ExplainBudgets } from './budgets/explain.ts';
import type { CallBodyService } from './call-bodies.ts';
import type { ChatService } from './chat.ts';
import type { EmbeddingService } from './embeddings.ts';
import type { HealthService } from './health.ts';
import type { ModelService } from './models.ts';
import type { OutboxService } from './outbox.ts';
import type { ResponseService } from './responses/responses.ts';
import type { TokenCountService } from './token-counts.ts';
import type { UsageService } from './usage.ts';

/** The use cases, composed once; every face is handed these and nothing below them. */
export interface Services {
  readonly chat: ChatService;
  readonly embeddings: EmbeddingService;
  readonly models: ModelService;
  readonly tokenCounts: TokenCountService;
  readonly usage: UsageService;
  readonly directory: Directory;
  readonly explainBudgets: ExplainBudgets;
  readonly responses: ResponseService;
  readonly outbox: OutboxService;
  readonly health: HealthService;
  readonly callBodies: CallBodyService;
}
