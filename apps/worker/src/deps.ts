import type { Escalation } from '@usher/core/engine';
import type { Job } from '@usher/core/jobs';
import type { Mode } from '@usher/core/release';
import type { Db } from '@usher/db/connect';
import type { Vault } from '@usher/db/vault';
import type { RunContext } from '@usher/queue/consume';
import type { Accounts } from './accounts.ts';
import type { Batching } from './batches/batching.ts';
import type { Current, EngineSettings } from './current-release.ts';
import type { Delivering } from './delivery/delivering.ts';
import type { Report } from './events.ts';
import type { SimilarExamples } from './similar-examples.ts';
import type { TicketWork } from './ticket-work.ts';
import type { MaxAges } from './waiting.ts';

/** What every handler works with. */
export interface Deps extends RunContext {
  db: Db;
  /** Starts and ends the work on tickets. */
  tickets: TicketWork;
  report: Report;
  /** What decisions are made with at this moment. */
  current: () => Promise<Current>;
  /** Labelled texts like a ticket's, for Claude's prompt. */
  similarExamples: SimilarExamples;
  /** Who suggests the category, and Claude's models. */
  settings: EngineSettings;
  mode: Mode;
  /** Share of automated decisions that are drawn for blind review, 0 to 1. */
  auditShare: number;
  maxAges: MaxAges;
  /** How long Claude's answer is taken over for the same text, in milliseconds; 0 for never. */
  reuseForMs: number;
  escalation: Escalation;
  /** Puts hints into the queue; throws QueueUnreachable. */
  enqueue: (jobs: readonly Job[]) => Promise<void>;
  /** Opens the accounts of sources at their helpdesks. */
  accounts: Accounts;
  /** Opens the secrets of sources. */
  vault: Vault;
  delivering: Delivering;
  /** The lane of Message Batches; null without a way to ask Claude. */
  batching: Batching | null;
}
