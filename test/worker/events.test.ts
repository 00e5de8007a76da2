import { createReport } from '@usher/worker/events';
import { createRegistry } from '@usher/worker/metrics-server';
import { expect, test } from 'vitest';

function listen() {
  const lines: unknown[] = [];
  const registry = createRegistry();
  const write = (level: string) => (fields: object, message: string) => void lines.push({ level, message, ...fields });
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  return { report: createReport({ log, registry }), registry, lines };
}

test('an event is a line in the log and one more on its counter', async () => {
  const { report, registry, lines } = listen();
  const ticket = { ticketId: 7, revision: 1, lane: 'live', ageMs: 900 } as const;
  report({ kind: 'ticket_decided', ...ticket, action: 'route', reason: 'confident', costMicroUsd: 48 });

  expect(lines).toEqual([
    {
      level: 'info',
      message: 'A ticket was decided',
      event: 'ticket_decided',
      ...ticket,
      action: 'route',
      reason: 'confident',
      costMicroUsd: 48,
    },
  ]);
  expect(await registry.metrics()).toContain(
    'usher_worker_ticket_decided_total{lane="live",action="route",reason="confident"} 1',
  );
});

test('an error is told by its name, its code and its place, because its message may quote a ticket', () => {
  const { report, lines } = listen();
  const cause = Object.assign(new Error('duplicate key: my card is 4111'), { code: '23505' });
  report({ kind: 'job_failed', name: 'classify', error: new TypeError('cannot read "my card is 4111"', { cause }) });

  expect(JSON.stringify(lines)).not.toContain('4111');
  expect(lines).toMatchObject([
    { error: { name: 'TypeError', at: expect.arrayContaining([expect.any(String)]), cause: { code: '23505' } } },
  ]);
});
