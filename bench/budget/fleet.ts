import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import { type ClaudeSettings, type Load, type MemberSettings, Totals } from './messages.ts';

/** The stand-in for Claude in a process of its own. */
export interface ClaudeProcess extends AsyncDisposable {
  url: string;
  totals(): Promise<Totals>;
}

/** Starts the stand-in for Claude. */
export async function startClaude(settings: ClaudeSettings): Promise<ClaudeProcess> {
  const child = start('./claude.ts', settings);
  const { url } = z.object({ url: z.string() }).parse(await messageOf(child));
  return {
    url,
    async totals() {
      child.send('totals');
      return Totals.parse(await messageOf(child));
    },
    [Symbol.asyncDispose]: () => end(child),
  };
}

/** Worker processes that are alike. */
export interface Fleet extends AsyncDisposable {
  /** Adds one and waits until it works. */
  grow(): Promise<void>;
  /** Changes what the tickets are like. */
  turnTo(load: Load): void;
}

/** A fleet of nobody yet. */
export function openFleet(settings: MemberSettings): Fleet {
  const members: ChildProcess[] = [];
  let { load } = settings;
  return {
    async grow() {
      const child = start('./member.ts', { ...settings, load });
      members.push(child);
      await messageOf(child);
    },
    turnTo(next) {
      load = next;
      for (const member of members) member.send(next);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map(end));
    },
  };
}

function start(file: string, settings: object): ChildProcess {
  return fork(new URL(file, import.meta.url), [JSON.stringify(settings)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** The next message of a child; rejects if it ends before. */
async function messageOf(child: ChildProcess): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const onExit = () => reject(new Error(`a process of the bench ended: ${child.spawnfile}`));
  child.once('message', resolve).once('exit', onExit);
  return promise.finally(() => child.off('exit', onExit).off('message', resolve));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
