import type { z } from 'zod';
import type { Failure } from '../failure.ts';
import { type Assignment, type Features, outcomeOf, planAssignment } from './assignment.ts';
import { type Changes, type Current, type Plan, planUndo, type Written } from './changes.ts';
import type { Delivery, DeliveryIdPlace } from './delivery-id.ts';
import { noteLines, markerOf } from './note.ts';
import type { Choice, Offer, Offers } from './offers.ts';
import type { Page, PullRecipe } from './pull.ts';
import { ignored, type Outcome, type Reading } from './reading.ts';
import type { HelpdeskRequest, Json } from './request.ts';
import type { ConnectorSettings } from './settings.ts';
import type { SignatureRecipe } from './signature.ts';

/**
 * How calls are authorised. `{name}` stands for the credential of that name. `oauth2` asks `tokenPath` for a token with
 * the client's credentials and sends it as bearer.
 */
export type Authorisation =
  | { kind: 'basic'; user: string; password: string }
  | { kind: 'header'; name: string; value: string }
  | { kind: 'oauth2'; tokenPath: string; clientId: string; clientSecret: string };

/** How a vendor's API is used: reading a ticket, changing it, leaving a note. The rest is the same for all. */
export interface HelpdeskApi<S extends ConnectorSettings> {
  authorisation: Authorisation;
  /** Headers that every call carries. */
  headers?: Readonly<Record<string, string>>;
  features: Features;
  /** Answers that mean: somebody was quicker, look again and plan anew. */
  lookAgainOn?: readonly number[];
  /** Answers that mean: this ticket is no more, or lives on in another. */
  goneOn: readonly number[];
  /** The calls that show a ticket as it is now. */
  look: (ticketId: string, settings: S) => HelpdeskRequest[];
  /** The form of the answers to `look`, in order, and what they say. */
  current: (settings: S) => z.ZodType<Current>;
  /** The calls that make changes, and only these. `current` is for vendors that replace what is left out. */
  change: (change: { ticketId: string; changes: Changes; current: Current }, settings: S) => HelpdeskRequest[];
  /** The call that leaves an internal note. Whoever sends it adds when it may be repeated. */
  note: (note: { ticketId: string; lines: string[]; current: Current; at: Date }, settings: S) => HelpdeskRequest;
  /** What can be chosen from when a source is set up. */
  offers?: Offers<S>;
  /** How tickets that changed are asked for, where the vendor lets one. */
  pull?: PullRecipe<S>;
  /** The call whose answer holds the newest notes; null if the vendor has none that does. */
  notes: (ticketId: string, settings: S) => HelpdeskRequest | null;
}

/** Everything that differs between helpdesks, as data and pure functions. Adding a helpdesk is writing one of these. */
export interface ConnectorDefinition<S extends ConnectorSettings> {
  name: string;
  title: string;
  /** Markdown: where to paste the webhook's URL, which stands as `{url}`, and the secret. */
  setup: string;
  settings: z.ZodType<S>;
  /** Names of the secrets that a source with this connector needs, beside the webhook's. */
  credentials: readonly string[];
  /** Who makes the webhook's secret: ours unless said, and then one is made when a source is set up. */
  secretIs?: 'ours' | 'theirs';
  signature: SignatureRecipe;
  deliveryId: DeliveryIdPlace;
  /** What to answer when the vendor only checks the address; null for any other delivery. */
  handshake?: (delivery: Delivery) => Json | null;
  /** What a delivery says, event by event. */
  read: (delivery: Delivery, settings: S) => Reading[];
  /** What the answers to a reading's `fetch` say. */
  readFetched?: (ticketId: string, answers: readonly unknown[], settings: S) => Reading[];
  /** Null where decisions are told by outbound events only. */
  api: HelpdeskApi<S> | null;
}

/** What to send for a decision, what it leaves as written, and what it left alone. */
export interface WritePlan extends Omit<Plan, 'changes'> {
  requests: HelpdeskRequest[];
}

/** A connector with the settings of one source. */
export interface OpenConnector {
  read(delivery: Delivery): Reading[];
  readFetched(ticketId: string, answers: readonly unknown[]): Reading[];
  /** The calls that show a ticket as it stands at its end, in every mode; none where the vendor has no API. */
  end(ticketId: string): HelpdeskRequest[];
  /** The calls to make before writing or taking back; none where nothing is written. */
  look(ticketId: string): HelpdeskRequest[];
  /** What the answers to `look` say. Throws HelpdeskAnswerUnreadable. */
  current(answers: readonly unknown[]): Current;
  /** The calls for a decision. They never remove or overwrite what is not ours. */
  write(assignment: Assignment, current: Current, written: Written | null): WritePlan;
  /** The calls that take back what we wrote, where it still stands. Notes stay: they are history. */
  undo(ticketId: string, current: Current, written: Written): HelpdeskRequest[];
  /** What can be chosen from; null where the vendor does not say. */
  offers: { [Name in keyof Offers<never>]-?: OpenOffer | null };
  /** How to ask for tickets that changed; null where the vendor does not let one. */
  pull: OpenPull | null;
  /** The ground truth of a ticket as it stands at its end. */
  outcome(current: Current): Outcome;
}

/** A call, and what its answer lists. `read` throws HelpdeskAnswerUnreadable. */
export interface OpenOffer {
  request: HelpdeskRequest;
  read(answer: unknown): Choice[];
}

/** A source's pull, page by page. */
export interface OpenPull {
  start(since: Date): string;
  page(cursor: string): HelpdeskRequest;
  /** Throws HelpdeskAnswerUnreadable. */
  read(cursor: string, answer: unknown, now: Date): Page;
}

/** A connector as the registry holds it; `open` reads a source's settings and throws zod's error where they are wrong. */
export interface Connector extends Omit<
  ConnectorDefinition<ConnectorSettings>,
  'settings' | 'read' | 'readFetched' | 'api'
> {
  settings: z.ZodType<ConnectorSettings>;
  api: Pick<HelpdeskApi<ConnectorSettings>, 'authorisation' | 'headers' | 'lookAgainOn' | 'goneOn' | 'features'> | null;
  open(settings: unknown): OpenConnector;
}

/** A helpdesk's answer is not of the form that the connector knows. */
export class HelpdeskAnswerUnreadable extends Error implements Failure {
  readonly code = 'helpdesk_answer_unreadable';
  readonly retry = 'backoff';

  constructor(connector: string, places: string) {
    super(`the answer of ${connector} is not of the known form: ${places}`);
    this.name = 'HelpdeskAnswerUnreadable';
  }
}

/** Makes a connector of what is particular to a vendor. What holds for all is added here: loop guard, plan, note, undo. */
export function defineConnector<S extends ConnectorSettings>(definition: ConnectorDefinition<S>): Connector {
  return { ...definition, open: (settings) => openConnector(definition, definition.settings.parse(settings)) };
}

function openConnector<S extends ConnectorSettings>(definition: ConnectorDefinition<S>, settings: S): OpenConnector {
  const { api } = definition;
  return {
    read: (delivery) => definition.read(delivery, settings).map((reading) => guarded(reading, settings)),
    readFetched: (ticketId, answers) => definition.readFetched?.(ticketId, answers, settings) ?? [],
    end: (ticketId) => api?.look(ticketId, settings) ?? [],
    look: (ticketId) => (settings.mode === 'shadow' ? [] : (api?.look(ticketId, settings) ?? [])),
    current: (answers) => readCurrent(definition, settings, answers),
    write: (assignment, current, written) => {
      if (api === null || settings.mode === 'shadow') return { requests: [], written: written ?? NOTHING, kept: [] };
      return writePlan(api, settings, { assignment, current, written });
    },
    undo: (ticketId, current, written) =>
      api?.change({ ticketId, changes: planUndo(written, current), current }, settings) ?? [],
    offers: openOffers(definition.title, api?.offers, settings),
    pull: api?.pull === undefined ? null : openPull(definition.title, api.pull, settings),
    outcome: (current) => outcomeOf(current, settings),
  };
}

const NOTHING: Written = { team: null, priority: null, fields: {}, tags: {} };

function guarded(reading: Reading, { own_user_id: own }: ConnectorSettings): Reading {
  return 'by' in reading && own !== null && reading.by === own ? ignored('own_change') : reading;
}

function readCurrent<S extends ConnectorSettings>(
  { api, title }: ConnectorDefinition<S>,
  settings: S,
  answers: readonly unknown[],
): Current {
  if (api === null) throw new HelpdeskAnswerUnreadable(title, 'it has no API');
  return readAnswer(title, api.current(settings), answers);
}

function openOffers<S>(title: string, offers: Offers<S> | undefined, settings: S): OpenConnector['offers'] {
  const open = (offer: Offer<S> | undefined): OpenOffer | null =>
    offer === undefined
      ? null
      : { request: offer.request(settings), read: (answer) => readAnswer(title, offer.read, answer) };
  return { teams: open(offers?.teams), priorities: open(offers?.priorities), self: open(offers?.self) };
}

function openPull<S extends ConnectorSettings>(title: string, recipe: PullRecipe<S>, settings: S): OpenPull {
  return {
    start: recipe.start,
    page: (cursor) => recipe.page(cursor, settings),
    read: (cursor, answer, now) => {
      const page = readAnswer(title, recipe.read({ cursor, now }, settings), answer);
      return { ...page, readings: page.readings.map((reading) => guarded(reading, settings)) };
    },
  };
}

function readAnswer<Value>(title: string, schema: z.ZodType<Value>, answer: unknown): Value {
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  const places = read.error.issues.map(({ path }) => path.map(String).join('.'));
  throw new HelpdeskAnswerUnreadable(title, places.slice(0, 5).join(', '));
}

function writePlan<S extends ConnectorSettings>(
  api: HelpdeskApi<S>,
  settings: S,
  { assignment, current, written }: { assignment: Assignment; current: Current; written: Written | null },
): WritePlan {
  const { ticketId, decidedAt: at, decisionId } = assignment;
  const { changes, ...plan } = planAssignment(assignment, settings, { current, written, features: api.features });
  const note = api.note({ ticketId, lines: noteLines(assignment, plan.kept), current, at }, settings);
  const seen = api.notes(ticketId, settings);
  const repeat = seen === null ? 'never' : { unless: seen, shows: markerOf(decisionId) };
  // The note comes last: what can be repeated without harm is done by then.
  return {
    ...plan,
    requests: [
      ...api.change({ ticketId, changes, current }, settings),
      { ...note, repeat, idempotencyKey: `usher-note-${decisionId}` },
    ],
  };
}
