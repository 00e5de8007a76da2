import { cancelChunk, resumeChunk, type Wish } from '@usher/db/batches/cancel-chunk';
import { type Chunk, findChunk, laneStanding, listChunks } from '@usher/db/batches/chunks';
import { countMembers, laneProgress } from '@usher/db/batches/progress';
import { type Command, InvalidArgumentError } from 'commander';
import { CannotDo } from '../failures.ts';
import { hint } from '../hint.ts';
import { openDatabase } from '../open-database.ts';
import { table } from '../screen.ts';
import type { Surroundings } from '../surroundings.ts';

const DRIVE = { name: 'batch', payload: {} } as const;

export function addBatches(program: Command, surroundings: Surroundings): void {
  const batches = program.command('batches').description('Message Batches: bulk tickets at half the price');
  addList(batches, surroundings);
  addShow(batches, surroundings);
  addWish(batches, surroundings, {
    name: 'cancel',
    description: 'cancel a batch; what is answered by then counts, its other tickets are held until resume',
    make: cancelChunk,
    says: (tickets) => `It is cancelled. Tickets held: ${tickets}; usher batches resume sends them in another batch.`,
  });
  addWish(batches, surroundings, {
    name: 'resume',
    description: 'let a stopped batch go on, or send the tickets that a cancelled one holds in another',
    make: resumeChunk,
    says: (tickets) => `Tickets on their way again: ${tickets}.`,
  });
}

function addList(batches: Command, { config, screen }: Surroundings): void {
  batches
    .command('list')
    .description('how far each batch is, newest first')
    .option('--limit <count>', 'batches at most', readCount, 20)
    .action(async ({ limit }: { limit: number }) => {
      await using database = await openDatabase(config());
      const [listed, progress, standing] = await Promise.all([
        listChunks(database.db, { limit }),
        laneProgress(database.db),
        laneStanding(database.db),
      ]);
      const rows = listed.map((chunk) => {
        const { id, state, tickets, requests, costMicroUsd, reason } = chunk;
        const answers = `${ended(chunk)} of ${requests}`;
        return [String(id), state, String(tickets), answers, dollars(costMicroUsd), since(chunk), reason ?? ''];
      });
      const heading = ['id', 'state', 'tickets', 'read', 'USD', 'written down', ''];
      const lines = [
        `Tickets that await a batch: ${progress.awaiting}; in one: ${progress.inChunks}. Requests that Claude holds: ${standing.queued}.`,
        ...(standing.stopped === null ? [] : [`Nothing more is sent: ${standing.stopped}`]),
        ...(rows.length === 0 ? [] : ['', table([heading, ...rows])]),
      ];
      const document = {
        awaiting: progress.awaiting,
        in_chunks: progress.inChunks,
        queued_with_claude: standing.queued,
        stopped: standing.stopped,
        batches: listed.map(viewOf),
      };
      screen.show(document, lines.join('\n'));
    });
}

function addShow(batches: Command, { config, screen }: Surroundings): void {
  batches
    .command('show')
    .description('everything about one batch')
    .argument('<id>', 'number of the batch, from usher batches list', readCount)
    .action(async (chunkId: number) => {
      await using database = await openDatabase(config());
      const chunk = await findChunk(database.db, chunkId);
      if (chunk === undefined) throw unknownBatch(chunkId);
      const members = await countMembers(database.db, chunkId);
      const document = {
        ...viewOf(chunk),
        members: Object.fromEntries(members.map((one) => [one.state, one.tickets])),
      };
      const rows = [
        ...Object.entries(viewOf(chunk)).map(([name, value]) => [name.replaceAll('_', ' '), String(value ?? '–')]),
        ...members.map(({ state, tickets }) => [`tickets ${state}`, String(tickets)]),
      ];
      screen.show(document, table(rows));
    });
}

interface Verb {
  name: string;
  description: string;
  make: (db: Parameters<typeof cancelChunk>[0], chunkId: number) => Promise<Wish>;
  says: (tickets: number) => string;
}

function addWish(batches: Command, { config, screen }: Surroundings, { name, description, make, says }: Verb): void {
  batches
    .command(name)
    .description(description)
    .argument('<id>', 'number of the batch, from usher batches list', readCount)
    .action(async (chunkId: number) => {
      await using database = await openDatabase(config());
      const wish = await make(database.db, chunkId);
      switch (wish.kind) {
        case 'unknown':
          throw unknownBatch(chunkId);
        case 'too_late':
          throw new CannotDo('too_late', `Batch ${chunkId} is ${wish.state}: there is nothing to ${name}.`);
        case 'asked':
          await hint(database.queueUrl, [DRIVE]);
          return screen.show({ id: chunkId, outcome: 'asked' }, 'A worker asks Claude for it within seconds.');
        case 'done':
          await hint(database.queueUrl, [DRIVE]);
          return screen.show({ id: chunkId, outcome: 'done', tickets: wish.tickets }, says(wish.tickets));
      }
    });
}

function unknownBatch(chunkId: number): CannotDo {
  return new CannotDo('unknown_batch', `There is no batch ${chunkId}. usher batches list shows them.`);
}

function readCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return Number(text);
}

function ended({ answered, errored, expired, canceled }: Chunk): number {
  return answered + errored + expired + canceled;
}

function viewOf(chunk: Chunk) {
  const { id, state, batchId, model, tickets, requests, answered, errored, expired, canceled, bytes } = chunk;
  return {
    id,
    state,
    claude_batch: batchId,
    model,
    tickets,
    requests,
    answered,
    errored,
    expired,
    canceled,
    bytes,
    cost_micro_usd: chunk.costMicroUsd,
    reason: chunk.reason,
    written_at: chunk.writtenAt.toISOString(),
    sent_at: chunk.sentAt?.toISOString() ?? null,
    ended_at: chunk.endedAt?.toISOString() ?? null,
    due_at: chunk.dueAt.toISOString(),
  };
}

function since({ writtenAt }: Chunk): string {
  return writtenAt.toISOString().slice(0, 16).replace('T', ' ');
}

function dollars(microUsd: number): string {
  return (microUsd / 1_000_000).toFixed(4);
}
