import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import { type QueueName, queueNames } from '@usher/core/jobs';
import type { QueueConnection } from '@usher/queue/connect';
import { Hono } from 'hono';

/** Where Bull Board lives. */
export const BOARD = '/ops/queues';

const DESCRIPTIONS: Record<QueueName, string> = {
  'classify-live': 'Tickets that came by themselves. What waits in Postgres beyond the window is not here.',
  'classify-bulk': 'Tickets of backfills. What waits in Postgres beyond the window is not here.',
  deliver: 'Telling helpdesks and endpoints about decisions.',
  fetch: 'Fetching from helpdesks what an event did not say.',
  upkeep: 'Learning and Message Batches.',
};

const ENVIRONMENTS = {
  readOnly: { label: 'Read-only', color: '#5a6478', textColor: '#ffffff' },
  writable: { label: 'Changes are possible', color: '#a3261f', textColor: '#ffffff' },
} as const;

/** Bull Board over every queue, whichever server they are on. It opens the queues, so make it only when somebody looks. */
export function createBoard(queue: QueueConnection, { isReadOnly }: { isReadOnly: boolean }): Hono {
  const server = new HonoAdapter(serveStatic);
  createBullBoard({
    queues: queueNames.map(
      (name) => new BullMQAdapter(queue.queue(name), { readOnlyMode: isReadOnly, description: DESCRIPTIONS[name] }),
    ),
    serverAdapter: server,
    options: {
      uiConfig: {
        boardTitle: 'Usher: queues',
        miscLinks: [{ text: 'Back to Usher', url: '/now' }],
        hideDocsLink: true,
        locale: { lng: 'en-US' },
        environment: ENVIRONMENTS[isReadOnly ? 'readOnly' : 'writable'],
      },
    },
  });
  server.setBasePath(BOARD);
  return new Hono({ strict: false }).route(BOARD, server.registerPlugin());
}
