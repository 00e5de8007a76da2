import { createRoute, z } from '@hono/zod-openapi';
import { Invitation, PersonChange } from '@usher/core/person';
import { inviteAgain, invitePerson } from '@usher/db/invitations';
import { changePerson, findPerson, listPeople } from '@usher/db/people';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { Problem } from '../problem.ts';
import { limitBody, readBody } from '../read-body.ts';
import { Person, showPerson } from '../view/person.ts';
import { awayProblem, body, bodyProblems, invalidProblem, json, keyProblems, problem } from './answers.ts';
import type { Api } from './api.ts';

const MAX_BYTES = 4_096;

const PersonPath = z.object({
  id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).describe('Number of the person.'),
});

const People = z.object({ people: z.array(Person) }).openapi('People');

const Invited = z
  .object({
    person: Person,
    token: z.string().describe('Shown this once; the console takes it at `/welcome#TOKEN`, for seven days.'),
  })
  .openapi('Invited');

const admins = needs('admin');
const base = { tags: ['People'], security: admins };

export const getPeople = createRoute({
  ...base,
  method: 'get',
  path: '/v1/people',
  operationId: 'listPeople',
  summary: 'List everybody who may sign in',
  responses: { 200: json('Everybody.', People), ...keyProblems, ...awayProblem },
});

export const postPeople = createRoute({
  ...base,
  method: 'post',
  path: '/v1/people',
  operationId: 'invitePerson',
  summary: 'Invite somebody',
  request: { body: body('Invitation') },
  responses: {
    201: json('Invited.', Invited),
    ...keyProblems,
    ...bodyProblems,
    409: problem('The address is known already.'),
    ...invalidProblem,
    ...awayProblem,
  },
});

export const patchPerson = createRoute({
  ...base,
  method: 'patch',
  path: '/v1/people/{id}',
  operationId: 'changePerson',
  summary: 'Change roles, or shut somebody out',
  request: { params: PersonPath, body: body('PersonChange') },
  responses: {
    200: json('Changed.', Person),
    ...keyProblems,
    ...bodyProblems,
    404: problem('There is no such person.'),
    409: problem('Nobody would be left to administrate.'),
    ...invalidProblem,
    ...awayProblem,
  },
});

export const postInvitation = createRoute({
  ...base,
  method: 'post',
  path: '/v1/people/{id}/invitation',
  operationId: 'inviteAgain',
  summary: 'Invite again, for a new password',
  request: { params: PersonPath },
  responses: {
    201: json('Invited.', Invited),
    ...keyProblems,
    404: problem('There is no such person.'),
    ...invalidProblem,
    ...awayProblem,
  },
});

/** Adds the routes on which administrators say who may sign in. */
export function addPeople(api: Api, { authenticate, database }: Deps): void {
  const middleware = [guard(authenticate, admins), limitBody(MAX_BYTES)];
  api.openapi({ ...getPeople, middleware }, async (c) => {
    return c.json({ people: (await database.quick(listPeople)).map(showPerson) }, 200);
  });

  api.openapi({ ...postPeople, middleware }, async (c) => {
    const { email, roles } = await readBody(c, Invitation);
    const { actor } = c.var.grant;
    const invited = await database.quick((db) => invitePerson(db, { email, roles, actor }));
    if (invited === undefined) throw knownAlready(email);
    return c.json(await show(invited), 201);
  });

  api.openapi({ ...patchPerson, middleware }, async (c) => {
    const change = await readBody(c, PersonChange);
    const { id } = c.req.valid('param');
    const changed = await database.quick((db) => changePerson(db, { ...change, id, actor: c.var.grant.actor }));
    if (changed.kind === 'unknown') throw unknownPerson(id);
    if (changed.kind === 'last_admin') throw lastAdmin();
    return c.json(showPerson(changed.person), 200);
  });

  api.openapi({ ...postInvitation, middleware }, async (c) => {
    const { id } = c.req.valid('param');
    const invited = await database.quick((db) => inviteAgain(db, { id, actor: c.var.grant.actor }));
    if (invited === undefined) throw unknownPerson(id);
    return c.json(await show(invited), 201);
  });

  const show = async ({ id, token }: { id: number; token: string }) => {
    const person = await database.quick((db) => findPerson(db, { id }));
    if (person === undefined) throw unknownPerson(id);
    return { person: showPerson(person), token };
  };
}

function knownAlready(email: string): Problem {
  const detail = `${email} is known already. Invite that person again, or change their roles.`;
  return new Problem({ status: 409, code: 'known_already', detail });
}

function unknownPerson(id: number): Problem {
  return new Problem({ status: 404, code: 'unknown_person', detail: `There is no person ${id} who may come in.` });
}

function lastAdmin(): Problem {
  const detail = 'Nobody would be left to administrate. Make somebody else an administrator first.';
  return new Problem({ status: 409, code: 'last_admin', detail });
}
