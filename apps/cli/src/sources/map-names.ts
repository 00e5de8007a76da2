import type { OpenOffer } from '@usher/core/connectors/connector';
import type { Choice } from '@usher/core/connectors/offers';
import { Priority } from '@usher/core/priority';
import type { Account } from '@usher/helpdesk/account';
import type { Ask } from '../ask.ts';
import type { Settings } from './settings.ts';

/** What the helpdesk said about itself, and what of ours found no name there. */
export interface Mapped {
  settings: Settings;
  /** As whom the credentials act; null where the helpdesk does not say. */
  self: Choice | null;
  unmapped: string[];
}

export interface MapOptions {
  /** Keys of the taxonomy's teams. */
  teams: readonly string[];
  ask: Ask | null;
  signal: AbortSignal;
}

/**
 * Asks the helpdesk what its teams and priorities are and finds ours among them, by name or by asking. What the settings say already
 * stays. Throws HelpdeskRefused, HelpdeskUnreachable, HelpdeskAnswerUnreadable.
 */
export async function mapNames(
  account: Account,
  settings: Settings,
  { teams, ask, signal }: MapOptions,
): Promise<Mapped> {
  const { offers } = account.desk;
  const list = async (offer: OpenOffer | null): Promise<Choice[]> => {
    if (offer === null || account.helpdesk === null) return [];
    const [answer] = await account.helpdesk.ask([offer.request], signal);
    return offer.read(answer);
  };
  const [self = null] = await list(offers.self);
  const ours = { teams: await list(offers.teams), priorities: await list(offers.priorities) };
  const mapped = { ...settings };
  if (self !== null) mapped['own_user_id'] ??= self.id;
  const named = await namesFor('team', { keys: teams, known: recordOf(settings['teams']), choices: ours.teams }, ask);
  mapped['teams'] = named.names;
  if (ours.priorities.length > 0) {
    const priorities = await namesFor(
      'priority',
      { keys: Priority.options, known: recordOf(settings['priorities']), choices: ours.priorities },
      ask,
    );
    // Where not all were found, the connector's own names are the better guess.
    if (priorities.unmapped.length === 0) mapped['priorities'] = priorities.names;
  }
  return { settings: mapped, self, unmapped: named.unmapped };
}

interface Naming {
  keys: readonly string[];
  known: Readonly<Record<string, unknown>>;
  choices: readonly Choice[];
}

async function namesFor(what: string, { keys, known, choices }: Naming, ask: Ask | null) {
  const names: Record<string, unknown> = { ...known };
  const unmapped: string[] = [];
  for (const key of keys) {
    if (names[key] !== undefined) continue;
    const alike = choices.find(({ name }) => plain(name) === plain(key))?.id;
    const asks = ask !== null && choices.length > 0 && (alike === undefined || what === 'team');
    const chosen = asks ? await ask.choose(`The helpdesk's ${what} for ${key}`, choices, alike) : (alike ?? null);
    if (chosen === null) unmapped.push(key);
    else names[key] = chosen;
  }
  return { names, unmapped };
}

/** `Account access` and `account_access` are the same to people. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
