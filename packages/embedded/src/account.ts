import { lchown, readdir, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { runs, type Command } from './tie-to-parent.ts';

/**
 * Who runs Postgres, which refuses to run as root and whose initdb wants a user with a name: we ourselves; ourselves under the name
 * nobody, in a user namespace of its own; or, where the system refuses such namespaces, another user.
 */
export type Account = { kind: 'ourselves' } | { kind: 'namespace' } | { kind: 'other'; uid: number; gid: number };

const nobody = 65534;
const asNobody = ['--user', `--map-user=${nobody}`, `--map-group=${nobody}`];

/** Chooses who runs Postgres on a folder. Root never takes over data that a user owns: it runs Postgres as that user. */
export async function chooseAccount(folder: string): Promise<Account> {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && hasName()) return { kind: 'ourselves' };
  const owner = isRoot ? await ownerOf(folder) : undefined;
  if (owner !== undefined && owner.uid !== 0) return { kind: 'other', ...owner };
  if (runs('unshare', [...asNobody, 'true'])) return { kind: 'namespace' };
  return isRoot ? { kind: 'other', uid: nobody, gid: nobody } : { kind: 'ourselves' };
}

/** The command that starts a program under an account. */
export function underAccount(account: Account, command: Command): Command {
  switch (account.kind) {
    case 'ourselves':
      return command;
    case 'namespace':
      return { file: 'unshare', args: [...asNobody, command.file, ...command.args] };
    case 'other':
      return asOther(account, command);
  }
}

/**
 * Root can let the other user pass folders that are closed to others, such as root's home, with the kernel's leave to disregard file
 * permissions; where it cannot, every folder above must be open. Source: capabilities(7), CAP_DAC_OVERRIDE and ambient sets.
 */
function asOther({ uid, gid }: { uid: number; gid: number }, command: Command): Command {
  const passing = ['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override'];
  const become = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...passing];
  if (!runs('setpriv', [...become, 'true'])) return { ...command, uid, gid };
  return { file: 'setpriv', args: [...become, command.file, ...command.args] };
}

/** Gives everything below a folder to the account, where the account is another user. */
export async function handOver(folder: string, account: Account): Promise<void> {
  if (account.kind !== 'other') return;
  const { uid, gid } = account;
  const names = await readdir(folder, { recursive: true });
  await Promise.all([folder, ...names.map((name) => join(folder, name))].map((path) => lchown(path, uid, gid)));
}

async function ownerOf(folder: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const { uid, gid } = await stat(folder);
    return { uid, gid };
  } catch {
    return undefined;
  }
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}
