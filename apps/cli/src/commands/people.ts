import { Invitation } from '@usher/core/person';
import { Role } from '@usher/core/scope';
import { inviteAgain, invitePerson } from '@usher/db/invitations';
import { changePerson, findPerson, listPeople, type Person } from '@usher/db/people';
import type { Db } from '@usher/db/connect';
import type { Command } from 'commander';
import { CannotDo } from '../failures.ts';
import { openDatabase } from '../open-database.ts';
import { table } from '../screen.ts';
import type { Surroundings } from '../surroundings.ts';
import { welcomeLink } from '../welcome-link.ts';

const ROLES = `what they may do, separated by commas: ${Role.options.join(', ')}`;
const actor = 'usher people';

export function addPeople(program: Command, { config, screen }: Surroundings): void {
  const people = program.command('people').description('invite people to the console, list them, shut them out');
  people
    .command('invite')
    .description('invite somebody; the link works once, for seven days. Again for a known address: a new password')
    .argument('<email>', 'their address')
    .option('--role <roles>', ROLES, 'agent')
    .addHelpText('after', '\nExample:\n  $ usher people invite ana@example.com --role agent,ops')
    .action(async (email: string, options: { role: string }) => {
      const invitation = readInvitation(email, options.role);
      await using database = await openDatabase(config());
      const { token, isNew } = await invite(database.db, invitation);
      const link = welcomeLink(config().PORT, token);
      const what = isNew
        ? `${invitation.email} is invited as ${invitation.roles.join(', ')}`
        : 'A new password can be chosen';
      screen.show(
        { email: invitation.email, link },
        `${what}. Hand over this link; it works once, for seven days:\n${link}`,
      );
    });
  people
    .command('list')
    .description('everybody who may sign in')
    .action(async () => {
      await using database = await openDatabase(config());
      const listed = await listPeople(database.db);
      const rows = listed.map(({ id, email, name, roles, state }) => [
        String(id),
        email ?? '',
        name ?? '',
        roles.join(','),
        state,
      ]);
      screen.show(listed, table([['id', 'email', 'name', 'roles', 'state'], ...rows]));
    });
  for (const [name, isShutOut] of [
    ['disable', true],
    ['enable', false],
  ] as const) {
    people
      .command(name)
      .description(isShutOut ? 'shut somebody out; they are signed out at once' : 'let somebody in again')
      .argument('<email>', 'their address')
      .action(async (email: string) => {
        await using database = await openDatabase(config());
        const { id } = await known(database.db, email);
        const changed = await changePerson(database.db, { id, disabled: isShutOut, actor });
        if (changed.kind === 'last_admin')
          throw new CannotDo('last_admin', 'Nobody would be left to administrate. Invite another administrator first.');
        screen.show({ id, email, disabled: isShutOut }, `${email} is ${isShutOut ? 'shut out' : 'let in again'}.`);
      });
  }
}

async function invite(db: Db, { email, roles }: Invitation): Promise<{ token: string; isNew: boolean }> {
  const invited = await invitePerson(db, { email, roles, actor });
  if (invited !== undefined) return { token: invited.token, isNew: true };
  const { id } = await known(db, email);
  const again = await inviteAgain(db, { id, actor });
  if (again === undefined)
    throw new CannotDo('shut_out', `${email} is shut out. usher people enable ${email} lets them in again.`);
  return { token: again.token, isNew: false };
}

async function known(db: Db, email: string): Promise<Person> {
  const person = await findPerson(db, { email: email.trim().toLowerCase() });
  if (person === undefined)
    throw new CannotDo('unknown_person', `Nobody has the address ${email}. usher people list shows who does.`);
  return person;
}

function readInvitation(email: string, roles: string): Invitation {
  const read = Invitation.safeParse({ email, roles: roles.split(',').map((role) => role.trim()) });
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  if (issue?.path[0] === 'email') throw new CannotDo('bad_email', `"${email}" is not an e-mail address.`);
  throw new CannotDo('unknown_role', `"${roles}" is not a list of roles. Known are: ${Role.options.join(', ')}.`);
}
