import type { Job } from '@usher/core/jobs';
import { TicketDraft } from '@usher/core/ticket';
import { type Chunk, listChunks } from '@usher/db/batches/chunks';
import { receiveTickets } from '@usher/db/receive-tickets';
import { type ClaudeBatchesOptions, createClaudeBatches } from '@usher/engines/claude/batches';
import { openGate } from '@usher/engines/claude/open-gate';
import { readPrices } from '@usher/engines/claude/prices';
import type { Batching } from '@usher/worker/batches/batching';
import type { Deps } from '@usher/worker/deps';
import type { WorkerEvent } from '@usher/worker/events';
import { batch } from '@usher/worker/handlers/batch';
import type { ClaudeServer } from '../../support/claude-server.ts';
import { type EngineSettings, type SupportDesk, workerDeps } from '../support-desk.ts';

/** What the test of the lane does again and again at a desk. */
export interface BatchDesk {
  /** Stores bulk tickets that wait for a batch, and answers their numbers. */
  receive(...texts: { subject: string; body: string }[]): Promise<number[]>;
  /** Lets a worker take every step that is due, with the steps that are due only later brought forward. */
  drive(changes?: DriveChanges): Promise<WorkerEvent[]>;
  chunks(): Promise<Chunk[]>;
}

export interface DriveChanges extends Partial<Deps> {
  batches?: Partial<Batching>;
  client?: Partial<ClaudeBatchesOptions>;
  engine?: EngineSettings;
  hints?: Job[];
}

let received = 0;

export function batchDesk(desk: SupportDesk, claude: ClaudeServer): BatchDesk {
  return {
    async receive(...texts) {
      const arrivals = texts.map((text) => {
        received += 1;
        const draft = TicketDraft.parse({ ticket_id: `B-${received}`, ...text });
        return { sourceId: desk.source.id, lane: 'bulk', isForBatch: true, draft } as const;
      });
      return (await receiveTickets(desk.db, arrivals)).map(({ ticketId }) => ticketId);
    },
    async drive({ batches = {}, client = {}, engine = {}, hints = [], ...changes } = {}) {
      const { deps, events } = workerDeps(desk, { baseUrl: claude.url, ...engine });
      const batching: Batching = {
        claude: createClaudeBatches({
          model: 'claude-haiku-5-5',
          apiKey: 'test-key',
          baseUrl: claude.url,
          prices: readPrices(),
          gate: openGate(),
          ...client,
        }),
        limits: { requests: 100, bytes: 1_000_000 },
        queuedLimit: 1_000,
        dailyMicroUsd: null,
        gatherMs: 0,
        settleMs: 180_000,
        ...batches,
      };
      const signal = new AbortController().signal;
      const enqueue = async (jobs: readonly Job[]) => void hints.push(...jobs);
      await desk.sql`update batch_chunks set due_at = now()`;
      await batch({}, { ...deps, batching, enqueue, signal, ...changes });
      return events;
    },
    chunks: async () => (await listChunks(desk.db, { limit: 100 })).toReversed(),
  };
}
