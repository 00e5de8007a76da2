/** A question that a page asks. */
export interface Asked {
  page: string;
  path: string;
  /** Sent as JSON by POST. */
  body?: unknown;
  /** Milliseconds between two, where answers are shared for a while. */
  everyMs?: number;
}

/** What is in the house that is measured. */
export interface Facts {
  /** A ticket that waits for a person. */
  waitingId: number;
  /** A ticket with a correction. */
  correctedId: number;
  /** A page far down the list. */
  cursor: string;
  /** The category list in force, as it is published. */
  taxonomy: unknown;
  /** A day a month ago, such as 2026-01-31. */
  day: string;
}

/** Every question that looking at the console's pages asks, but for those that are asked of a model by a button. */
export function questionsOf({ waitingId, correctedId, cursor, taxonomy, day }: Facts): Asked[] {
  const pages: Record<string, readonly string[]> = {
    'every page': ['/v1/session', '/v1/samples'],
    review: [
      '/v1/review?limit=1',
      '/v1/review?limit=100',
      '/v1/review?limit=100&category=returns',
      '/v1/review?limit=100&reason=unusable',
      `/v1/tickets/${waitingId}/similar`,
      '/v1/taxonomy',
    ],
    tickets: [
      '/v1/tickets',
      `/v1/tickets?cursor=${cursor}`,
      '/v1/tickets?state=triaged',
      '/v1/tickets?team=finance&category=billing',
      '/v1/tickets?predicted=billing&truth=returns',
      '/v1/tickets?predicted=billing&truth=billing&basis=assumed',
      '/v1/tickets?predicted=billing&truth=returns&basis=audit',
      `/v1/tickets?received_from=${day}T00:00:00Z`,
      `/v1/tickets?received_before=${day}T00:00:00Z&state=routed`,
      '/v1/tickets?source=api',
      '/v1/tickets?q=charged',
      '/v1/tickets?q=twice%20%22charged%20twice%22%20-invoice',
      '/v1/tickets?q=4711',
      '/v1/tickets?q=nowhere',
    ],
    ticket: [`/v1/tickets/${correctedId}`, `/v1/tickets/${waitingId}`],
    evidence: [
      '/v1/sources',
      '/v1/labellers',
      ...['accuracy', 'calibration', 'learning', 'volume', 'latency', 'funnel', 'risk'].flatMap((report) => [
        `/v1/reports/${report}`,
        `/v1/reports/${report}?from=${day}`,
      ]),
      '/v1/reports/cost',
      `/v1/reports/cost?from=${day}T00:00:00Z`,
      '/v1/reports/accuracy?basis=audit',
      '/v1/reports/accuracy?engine=local',
      '/v1/reports/suspicious',
      '/v1/reports/overlap',
    ],
    taxonomy: ['/v1/taxonomy/versions?limit=50', '/v1/promises'],
    now: ['/ops/queues/unlock'],
    people: ['/v1/people'],
    'audit log': ['/v1/audit', '/v1/audit?verb=session.open', '/v1/audit?actor=bo%40example.com&verb=ticket.corrected'],
    'Bull Board': ['/ops/queues/api/queues?activeQueue=classify-live&page=1&jobsPerPage=10'],
  };
  const looking = Object.entries(pages).flatMap(([page, paths]) => paths.map((path) => ({ page, path })));
  return [
    ...looking,
    { page: 'review', path: '/v1/review/next', body: { kind: 'ticket', besides: [], filter: {} } },
    { page: 'review', path: '/v1/review/next', body: { kind: 'ticket', besides: [], filter: { category: 'returns' } } },
    { page: 'review', path: '/v1/review/next', body: { kind: 'audit' } },
    { page: 'taxonomy', path: '/v1/taxonomy/check', body: taxonomy },
    // All who look share a look for two seconds.
    { page: 'now', path: '/v1/now', everyMs: 2_100 },
  ];
}
