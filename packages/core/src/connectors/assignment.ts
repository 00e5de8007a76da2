import type { Decision } from '../decide.ts';
import { type Current, ownValue, planChanges, type Plan, type Wanted, type Written } from './changes.ts';
import type { Outcome } from './reading.ts';
import type { Json } from './request.ts';
import type { ConnectorSettings } from './settings.ts';

/** A decision on its way to the helpdesk. */
export interface Assignment {
  /** The helpdesk's id of the ticket. */
  ticketId: string;
  decisionId: number;
  decision: Decision;
  decidedAt: Date;
  slaDueAt: Date | null;
  /** Why the engine thinks so; may repeat what the customer wrote. */
  rationale: string | null;
  /** Where an agent can say that it is another category. */
  correctionUrl: string | null;
}

/** What a vendor's tickets have. */
export interface Features {
  priority: boolean;
  tags: 'by name' | 'by id' | 'none';
}

/** Plans what a decision changes on a ticket, given what stands there now and what we wrote before. */
export function planAssignment(
  assignment: Assignment,
  settings: ConnectorSettings,
  { current, written, features }: { current: Current; written: Written | null; features: Features },
): Plan {
  const untouched = { teams: settings.untouched_teams, priorities: settings.untouched_priorities };
  return planChanges(wantedBy(assignment, settings, features), { current, written, untouched });
}

/**
 * What a decision wants. A route wants everything; a triage only the team that triages; a suggestion, and anything that an
 * engine alone decided in suggest mode, wants nothing but its note.
 */
function wantedBy(assignment: Assignment, settings: ConnectorSettings, features: Features): Wanted {
  const { action, reason, team, priority } = assignment.decision;
  const isByPerson = reason === 'accepted' || reason === 'corrected';
  const acts = settings.mode === 'auto' || (settings.mode === 'suggest' && isByPerson);
  if (!acts || action === 'suggest') return { fields: {} };
  if (action === 'triage') return { team: ownValue(settings.teams, team), fields: {} };
  return {
    team: ownValue(settings.teams, team),
    priority: features.priority ? settings.priorities[priority] : undefined,
    tags: features.tags === 'none' ? undefined : tagsOf(assignment.decision, settings, features),
    fields: fieldsOf(assignment, settings),
  };
}

function tagsOf({ category }: Decision, settings: ConnectorSettings, features: Features): string[] {
  if (category === null) return [];
  const own = ownValue(settings.tags, category);
  if (own !== undefined) return [own];
  return settings.tag_prefix === null || features.tags === 'by id' ? [] : [settings.tag_prefix + category];
}

function fieldsOf({ decision, slaDueAt }: Assignment, { fields }: ConnectorSettings): Record<string, Json> {
  const values = {
    category: decision.category,
    subcategory: decision.subcategory,
    priority: decision.priority,
    sla_due_at: slaDueAt?.toISOString() ?? null,
    confidence: decision.confidence,
  };
  const wanted: Record<string, Json> = {};
  for (const fact of ['category', 'subcategory', 'priority', 'sla_due_at', 'confidence'] as const) {
    const name = fields[fact];
    if (name !== undefined && values[fact] !== null) wanted[name] = values[fact];
  }
  return wanted;
}

/** Reads the ground truth from a ticket as it stands at its end: from the category's field, else from its only tag. */
export function outcomeOf(current: Current, settings: ConnectorSettings): Outcome {
  const { category, subcategory } = settings.fields;
  return {
    category: textIn(current, category) ?? categoryOfTags(current.tags, settings),
    subcategory: textIn(current, subcategory),
    team: keyOf(current.team, settings.teams),
  };
}

function textIn(current: Current, field: string | undefined): string | null {
  const value = field === undefined ? undefined : ownValue(current.fields, field);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A team that several of ours share says nothing about which of them it was. */
function keyOf(name: string | null, names: Readonly<Record<string, string>>): string | null {
  const keys = Object.keys(names).filter((key) => names[key] === name);
  return keys.length === 1 ? (keys[0] ?? null) : null;
}

function categoryOfTags(
  tags: readonly string[],
  { tags: names, tag_prefix: prefix }: ConnectorSettings,
): string | null {
  const categories = tags.flatMap((tag) => {
    const named = keyOf(tag, names);
    if (named !== null) return [named];
    return prefix !== null && prefix !== '' && tag.startsWith(prefix) ? [tag.slice(prefix.length)] : [];
  });
  return categories.length === 1 ? (categories[0] ?? null) : null;
}
