import { Queue, Worker } from 'bullmq';
import postgres from 'postgres';
import { processorTime, spentBetween } from '../processor-time.ts';
import type { Services } from '../services.ts';

/** How many jobs there are, and how many are in hand at the same time. */
export interface Size {
  jobs: number;
  concurrency: number;
}

/** How fast a queue was emptied. */
export interface Drained {
  /** Jobs a second. */
  rate: number;
  /** Processor time meanwhile, in words. */
  spent: string | undefined;
}

/** How fast a BullMQ worker is that does nothing. */
export async function drainByNothing({ redisUrl }: Services, size: Size): Promise<Drained> {
  return drainPlainly({ redisUrl, name: 'bench-nothing', run: async () => {} }, size);
}

/** How fast a BullMQ worker is that writes one row for each job, as one would without a thought. */
export async function drainByInserts({ redisUrl, databaseUrl }: Services, size: Size): Promise<Drained> {
  const sql = postgres(databaseUrl, { max: 10, onnotice: () => {} });
  await sql`create table bench_inserts (id bigint primary key, category text not null, at timestamptz default now())`;
  const run = async (id: number) => {
    await sql`insert into bench_inserts (id, category) values (${id}, 'billing')`;
  };
  try {
    return await drainPlainly({ redisUrl, name: 'bench-inserts', run }, size);
  } finally {
    await sql.end();
  }
}

interface PlainJob {
  redisUrl: string;
  name: string;
  run: (id: number) => Promise<void>;
}

async function drainPlainly({ redisUrl, name, run }: PlainJob, { jobs, concurrency }: Size): Promise<Drained> {
  const connection = { url: redisUrl };
  const queue = new Queue<{ id: number }>(name, { connection });
  for (let start = 0; start < jobs; start += 1_000) {
    const some = Array.from({ length: Math.min(1_000, jobs - start) }, (_, at) => start + at + 1);
    await queue.addBulk(some.map((id) => ({ name: 'job', data: { id }, opts: { removeOnComplete: true } })));
  }
  let done = 0;
  const drained = Promise.withResolvers<void>();
  const before = await processorTime();
  const startedMs = performance.now();
  const worker = new Worker<{ id: number }>(name, ({ data }) => run(data.id), { connection, concurrency });
  worker.on('completed', () => {
    done += 1;
    if (done === jobs) drained.resolve();
  });
  await drained.promise;
  const tookMs = performance.now() - startedMs;
  const spent = spentBetween(before, await processorTime());
  await worker.close();
  await queue.close();
  return { rate: (jobs / tookMs) * 1_000, spent };
}
