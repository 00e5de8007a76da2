import { createServer } from 'node:http';
import type { CallEnd, Gate } from '@usher/core/gate';
import { ConnectionLost, SuggestAborted } from '@usher/engines/claude/failures';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClaudeServer, startClaudeServer } from '../support/claude-server.ts';
import { engineAgainst, failureOf, outcomesOf } from '../support/claude-server-engine.ts';

let server: ClaudeServer;
beforeAll(async () => {
  server = await startClaudeServer();
});
afterAll(() => server.stop());

const never = new Promise(() => {});

describe('an answer that does not arrive whole', () => {
  test.each(['cut_body', 'malformed_body', 'html', 'hang_up', 'endless_body'] as const)(
    'because of %s lets the ticket wait',
    async (breakage) => {
      server.script(breakage);
      const { suggest, ends } = engineAgainst(server);
      const failure = await failureOf(suggest());
      expect(failure).toBeInstanceOf(ConnectionLost);
      expect(failure).toMatchObject({ code: 'claude_connection_lost', retry: 'backoff', calls: [] });
      expect(ends).toMatchObject([{ kind: 'lost', wasSent: true }]);
    },
  );

  test.each(['stalled_body', 'stalled_headers'] as const)(
    'because of %s is given up at the deadline',
    async (breakage) => {
      server.script(breakage);
      const failure = await failureOf(engineAgainst(server, { deadlineMs: 150 }).suggest());
      expect(failure).toBeInstanceOf(ConnectionLost);
      expect(failure.message).toBe('no whole answer within 150 ms');
    },
  );

  test.each(['cut_body', 'html'] as const)(
    'because of %s is unavailable for a ticket that may not wait',
    async (breakage) => {
      server.script(breakage);
      const answer = await engineAgainst(server).suggest({ mayWait: false });
      expect(answer).toEqual({ kind: 'nothing', reason: 'unavailable', calls: [] });
    },
  );

  test('because of the deadline is unavailable for a ticket that may not wait', async () => {
    server.script('stalled_headers');
    const answer = await engineAgainst(server, { deadlineMs: 150 }).suggest({ mayWait: false });
    expect(answer).toEqual({ kind: 'nothing', reason: 'unavailable', calls: [] });
  });

  test.each([
    ['a JSON object of another kind', '{"status":"ok"}'],
    ['an error under status 200', '{"type":"error","error":{"type":"api_error","message":"no"}}'],
    ['null', 'null'],
    ['a message without usage', '{"type":"message","model":"m","content":[],"stop_reason":"end_turn"}'],
  ])('because it is %s lets the ticket wait', async (_name, body) => {
    server.script({ foreign: { status: 200, contentType: 'application/json', body } });
    expect(await failureOf(engineAgainst(server).suggest())).toBeInstanceOf(ConnectionLost);
  });
});

test('an address where nobody listens lets the ticket wait', async () => {
  expect(await failureOf(engineAgainst({ url: await freedAddress() }).suggest())).toBeInstanceOf(ConnectionLost);
});

test('a broken answer is asked for once, not again behind our back', async () => {
  const before = server.requests.length;
  server.script({ error: 'overloaded' });
  await failureOf(engineAgainst(server).suggest());
  server.script('cut_body');
  await failureOf(engineAgainst(server).suggest());
  expect(server.requests.length - before).toBe(2);
});

describe('an abort', () => {
  test.each(['stalled_headers', 'stalled_body'] as const)('during %s ends the call as an abort', async (breakage) => {
    server.script(breakage);
    const { signal, abort } = abortable();
    const { suggest, ends } = engineAgainst(server);
    const failing = failureOf(suggest({ signal }));
    await server.received(server.requests.length + 1);
    abort();
    expect(await failing).toMatchObject({ name: 'AbortError', code: 'aborted', calls: [] });
    expect(ends).toEqual([{ kind: 'aborted' }]);
  });

  test('is an abort also for a ticket that may not wait: nobody decides about it at shutdown', async () => {
    server.script({ after: never, behaviour: 'answer' });
    const { signal, abort } = abortable();
    const failing = failureOf(engineAgainst(server).suggest({ signal, mayWait: false }));
    await server.received(server.requests.length + 1);
    abort();
    expect(await failing).toBeInstanceOf(SuggestAborted);
  });

  test('before the call asks nobody anything', async () => {
    const before = server.requests.length;
    const { signal, abort } = abortable();
    abort();
    const { suggest, entered } = engineAgainst(server);
    expect(await failureOf(suggest({ signal }))).toBeInstanceOf(SuggestAborted);
    expect(entered).toEqual([]);
    expect(server.requests.length).toBe(before);
  });

  test('while the gate makes the call wait sends nothing', async () => {
    const before = server.requests.length;
    const { signal, abort } = abortable();
    const ends: CallEnd[] = [];
    const pass = { end: async (how: CallEnd) => void ends.push(how) };
    const gate: Gate = {
      async enter() {
        abort();
        return pass;
      },
    };
    expect(await failureOf(engineAgainst(server, { gate }).suggest({ signal }))).toBeInstanceOf(SuggestAborted);
    expect(ends).toMatchObject([{ kind: 'lost', wasSent: false }]);
    expect(server.requests.length).toBe(before);
  });

  test('carries the calls that were paid before it', async () => {
    const { signal, abort } = abortable();
    const { suggest } = engineAgainst(server);
    const asked = server.requests.length;
    server.script('not_json', { after: never, behaviour: 'answer' });
    const failing = failureOf(suggest({ signal }));
    await server.received(asked + 2);
    abort();
    expect(outcomesOf((await failing).calls)).toEqual([['claude-haiku-5-5', 'unusable']]);
  });
});

test('many tickets at once share no more sockets than are allowed', async () => {
  await using crowded = await startClaudeServer();
  const { suggest } = engineAgainst(crowded, { connections: 3 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => suggest()));
  expect(answers.map(({ kind }) => kind)).toEqual(Array.from({ length: 20 }, () => 'suggested'));
  expect(crowded.connections()).toBeLessThanOrEqual(3);
});

function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

/** An address on which a server has just stopped listening. */
async function freedAddress(): Promise<string> {
  const other = createServer();
  await new Promise<void>((resolve) => {
    other.listen(0, '127.0.0.1', resolve);
  });
  const address = other.address();
  await new Promise((resolve) => {
    other.close(resolve);
  });
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}
