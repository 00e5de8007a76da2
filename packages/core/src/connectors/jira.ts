import { z } from 'zod';
import type { Changes, Current } from './changes.ts';
import { defineConnector } from './connector.ts';
import { plainNote } from './note.ts';
import { ChoicesByName } from './offers.ts';
import { Id, listOf, Text, VendorMoment } from './payload.ts';
import { closed, ignored, readAs, type Reading, ticket } from './reading.ts';
import { get, holdsAny, type Json, needed, path, set } from './request.ts';
import { settingsWith, VendorName } from './settings.ts';

/** A new issue has the priority of its project's default, which is Medium unless somebody changed that. */
const Settings = settingsWith({
  priorities: { low: 'Low', medium: 'Medium', high: 'High', urgent: 'Highest' },
  untouchedPriorities: ['Medium'],
}).extend({
  team_field: VendorName.default('assignee').describe('`assignee`, or the id of a select field that holds the team.'),
});
type Settings = z.infer<typeof Settings>;

const AccountId = z
  .object({ accountId: Text })
  .nullish()
  .transform((user) => user?.accountId || null);
const Reporter = z
  .object({ emailAddress: Text, displayName: Text })
  .nullish()
  .transform((user) => user?.emailAddress || user?.displayName || null);

/** A description is text, or a document of nodes (ADF). */
const Node: z.ZodType<string> = z.lazy(() =>
  z.union([
    z.string(),
    z.object({ text: z.string() }).transform(({ text }) => text),
    z
      .object({ type: Text, content: listOf(Node) })
      .transform(
        ({ type, content }) => content.join('') + (/paragraph|heading|listItem|hardBreak/.test(type) ? '\n' : ''),
      ),
  ]),
);

const Event = z.object({
  webhookEvent: z.string(),
  user: AccountId,
  issue: z.object({
    key: Id,
    fields: z.object({
      summary: Text,
      description: Node.nullish(),
      reporter: Reporter,
      created: VendorMoment,
      updated: VendorMoment,
      status: z
        .object({ statusCategory: z.object({ key: Text }) })
        .nullish()
        .transform((status) => status?.statusCategory.key ?? ''),
    }),
  }),
  changelog: z
    .object({ items: listOf(z.object({ field: Text })) })
    .nullish()
    .transform((log) => log?.items.map(({ field }) => field) ?? []),
});
type Event = z.infer<typeof Event>;

const Myself = z
  .object({ accountId: Id, displayName: Text })
  .transform(({ accountId: id, displayName: name }) => [{ id, name }]);

/** Issues of a service project. Labels are added and removed one by one; notes are internal comments. */
export const jira = defineConnector({
  name: 'jira',
  title: 'Jira Service Management',
  setup: [
    'Settings → System → WebHooks → Create: URL `{url}`, a secret that you also give to Usher, a JQL filter for your service project,',
    'events *Issue created* and *Issue updated*. Only webhooks of administrators are known to be signed; those of apps expire.',
  ].join('\n'),
  settings: Settings,
  credentials: ['email', 'api_token'],
  signature: {
    kind: 'hmac',
    algorithm: 'sha256',
    encoding: 'hex',
    header: 'x-hub-signature',
    prefix: 'sha256=',
    signed: ['body'],
  },
  deliveryId: { header: 'x-atlassian-webhook-identifier' },
  read: ({ body }) => readAs(Event, body, readEvent),
  api: {
    authorisation: { kind: 'basic', user: '{email}', password: '{api_token}' },
    features: { priority: true, tags: 'by name' },
    goneOn: [404],
    offers: {
      priorities: { request: () => get('/rest/api/3/priority'), read: ChoicesByName },
      self: { request: () => get('/rest/api/3/myself'), read: Myself },
    },
    look: (ticketId) => [get(path`/rest/api/3/issue/${ticketId}`)],
    current: (settings) => currentIssue(settings),
    change: ({ ticketId, changes }, settings) => {
      const update = updateOf(changes, settings);
      return needed(holdsAny(update) && set('PUT', path`/rest/api/3/issue/${ticketId}`, update));
    },
    note: ({ ticketId, lines }) =>
      set('POST', path`/rest/servicedeskapi/request/${ticketId}/comment`, { body: plainNote(lines), public: false }),
    notes: (ticketId) => get(`${path`/rest/api/3/issue/${ticketId}/comment`}?orderBy=-created`),
  },
});

function readEvent({ webhookEvent, user: by, issue: { key, fields }, changelog: changed }: Event): Reading {
  const isText = changed.includes('summary') || changed.includes('description');
  if (webhookEvent === 'jira:issue_created' || (webhookEvent === 'jira:issue_updated' && isText)) {
    const { summary: subject, description, reporter: requester, created: created_at, updated: updated_at } = fields;
    const body = (description ?? '').trim();
    return ticket({ ticket_id: key, subject, body, requester, created_at, updated_at }, by);
  }
  const isDone = changed.includes('status') && fields.status === 'done';
  return isDone ? closed(key, { by }) : ignored('other_event');
}

function currentIssue({ team_field }: Settings): z.ZodType<Current> {
  return z
    .tuple([
      z.object({
        fields: z.looseObject({
          priority: z.object({ name: z.string() }).nullish(),
          labels: z.array(z.string()),
          assignee: AccountId,
          status: z.object({ name: Text }).nullish(),
        }),
      }),
    ])
    .transform(([{ fields }]): Current => {
      const custom = Object.entries(fields).filter(([name]) => name.startsWith('customfield_'));
      const values = Object.fromEntries(custom.map(([name, value]) => [name, plainValue(value)]));
      const team = team_field === 'assignee' ? fields.assignee : values[team_field];
      return {
        team: typeof team === 'string' ? team : null,
        priority: fields.priority?.name ?? null,
        tags: fields.labels,
        fields: values,
        status: fields.status?.name ?? null,
        stamp: null,
      };
    });
}

/** The value of a select field stands in an object. */
function plainValue(value: unknown): Json {
  const option = z.object({ value: z.string() }).safeParse(value);
  return option.success ? option.data.value : (z.json().safeParse(value).data ?? null);
}

function updateOf({ team, priority, fields, addTags, removeTags }: Changes, { team_field }: Settings) {
  const values: Record<string, Json> = { ...fields };
  if (priority !== undefined) values['priority'] = priority === null ? null : { name: priority };
  if (team !== undefined) values[team_field] = teamValue(team, team_field);
  const labels = [...addTags.map((label) => ({ add: label })), ...removeTags.map((label) => ({ remove: label }))];
  return {
    ...(holdsAny(values) ? { fields: values } : {}),
    ...(labels.length === 0 ? {} : { update: { labels } }),
  };
}

function teamValue(team: string | null, field: string): Json {
  if (team === null) return null;
  return field === 'assignee' ? { accountId: team } : { value: team };
}
