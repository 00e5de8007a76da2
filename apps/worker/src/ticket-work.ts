import type { Db } from '@usher/db/connect';
import { type EngineOutcome, type Recorded, recordDecisions } from '@usher/db/record-decision';
import { together } from '@usher/db/together';
import { type Start, startWork, type Work } from '@usher/db/work';

/** What the jobs of one worker ask of Postgres about their tickets, in statements that they share. */
export interface TicketWork {
  /** Loads a revision, and counts a restart; undefined when no work is due. */
  start(given: Start): Promise<Work | undefined>;
  /** Writes down what an engine said and what was decided. */
  record(outcome: EngineOutcome): Promise<Recorded>;
}

/** Two, so that one statement is on its way while the next gathers, and the third commit waits for company. */
const MOST_STATEMENTS = 2;
const MOST_TICKETS_A_STATEMENT = 100;

/** Lets jobs that run at the same time share statements and commits. */
export function createTicketWork(db: Db): TicketWork {
  const bounds = { mostStatements: MOST_STATEMENTS, mostItems: MOST_TICKETS_A_STATEMENT };
  const keyOf = ({ ticketId }: { ticketId: number }) => ticketId;
  return {
    start: together({ ...bounds, keyOf, run: (given: readonly Start[]) => startWork(db, given) }),
    record: together({ ...bounds, keyOf, run: (outcomes: readonly EngineOutcome[]) => recordDecisions(db, outcomes) }),
  };
}
