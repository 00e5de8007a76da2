import { z } from 'zod';
import type { Json } from './request.ts';

/** A ticket as the helpdesk has it now, in the helpdesk's words. Null means that nothing is chosen. */
export interface Current {
  team: string | null;
  priority: string | null;
  tags: readonly string[];
  fields: Readonly<Record<string, Json>>;
  status: string | null;
  /** What the vendor wants back to notice that somebody else was quicker, where it can. */
  stamp: string | null;
}

/** What should be there, in the helpdesk's words. What is undefined is left alone. */
export interface Wanted {
  team?: string | undefined;
  priority?: string | undefined;
  tags?: readonly string[] | undefined;
  fields: Readonly<Record<string, Json>>;
}

/** What is to be changed, and nothing else. */
export interface Changes {
  team?: string | null;
  priority?: string | null;
  fields: Record<string, Json>;
  addTags: string[];
  removeTags: string[];
}

/** One value that we wrote: what stood there before we ever came, what stood there last, and whether ours surely arrived. */
const WrittenValue = z.object({ before: z.json(), seen: z.json(), after: z.json(), confirmed: z.boolean() });
type WrittenValue = z.infer<typeof WrittenValue>;

/** Everything that we wrote on a ticket so far: kept with it, to tell a person's values from ours and to take ours back. */
export const Written = z.object({
  team: WrittenValue.nullable(),
  priority: WrittenValue.nullable(),
  fields: z.record(z.string(), WrittenValue),
  /** Tags of ours, and whether they are on their way there, there, or on their way out. */
  tags: z.record(z.string(), z.enum(['adding', 'added', 'removing'])),
});
export type Written = z.infer<typeof Written>;

/** Values that a person set and that therefore stay: `team`, `priority` or the name of a field. */
export interface Plan {
  changes: Changes;
  /** To be kept before the first call goes out, so that a crash in between leaves nothing that we do not know of. */
  written: Written;
  kept: string[];
}

export interface PlanOptions {
  current: Current;
  written: Written | null;
  untouched: { teams: readonly string[]; priorities: readonly string[] };
}

const NOTHING_WRITTEN: Written = { team: null, priority: null, fields: {}, tags: {} };

/**
 * Plans the least change that brings what is wanted. A value is ours to change if nobody chose one yet or if it is
 * what we wrote last; any other is a person's and stays. Tags are added; of those that are there only our own ever go.
 */
export function planChanges(wanted: Wanted, { current, written, untouched }: PlanOptions): Plan {
  const before = written ?? NOTHING_WRITTEN;
  const plan: Plan = {
    changes: { fields: {}, addTags: [], removeTags: [] },
    written: structuredCopy(before),
    kept: [],
  };
  const team = judge(wanted.team, { now: current.team, wrote: before.team, untouched: untouched.teams });
  if (team.kind === 'change') plan.changes.team = wanted.team ?? null;
  if (team.kind === 'kept') plan.kept.push('team');
  plan.written.team = team.wrote;
  const priority = judge(wanted.priority, {
    now: current.priority,
    wrote: before.priority,
    untouched: untouched.priorities,
  });
  if (priority.kind === 'change') plan.changes.priority = wanted.priority ?? null;
  if (priority.kind === 'kept') plan.kept.push('priority');
  plan.written.priority = priority.wrote;
  planFields(plan, wanted, current);
  if (wanted.tags !== undefined) planTags(plan, wanted.tags, current);
  return plan;
}

function planFields(plan: Plan, { fields }: Wanted, current: Current): void {
  for (const [name, value] of Object.entries(fields)) {
    const wrote = ownValue(plan.written.fields, name) ?? null;
    const judged = judge(value, { now: ownValue(current.fields, name) ?? null, wrote, untouched: [] });
    if (judged.kind === 'change') plan.changes.fields[name] = value;
    if (judged.kind === 'kept') plan.kept.push(name);
    if (judged.wrote !== null) plan.written.fields[name] = judged.wrote;
  }
}

function planTags(plan: Plan, wanted: readonly string[], current: Current): void {
  const { changes, written } = plan;
  // A tag of ours that is gone was removed by a person: it is not added again.
  changes.addTags = wanted.filter((tag) => !current.tags.includes(tag) && ownValue(written.tags, tag) !== 'added');
  changes.removeTags = Object.keys(written.tags).filter((tag) => current.tags.includes(tag) && !wanted.includes(tag));
  // Made of entries, because a tag may have any name, also one that assigning would not keep.
  written.tags = Object.fromEntries([
    ...Object.entries(written.tags),
    ...changes.addTags.map((tag) => [tag, 'adding'] as const),
    ...changes.removeTags.map((tag) => [tag, 'removing'] as const),
  ]);
}

type Judged = { kind: 'change' | 'same' | 'kept'; wrote: WrittenValue | null };

function judge(
  wanted: Json | undefined,
  { now, wrote, untouched }: { now: Json; wrote: WrittenValue | null; untouched: readonly string[] },
): Judged {
  if (wanted === undefined || isSame(now, wanted)) return { kind: 'same', wrote };
  const isOurs = wrote === null ? isUnchosen(now, untouched) : isAsWritten(now, wrote);
  if (!isOurs) return { kind: 'kept', wrote };
  const before = wrote === null ? now : wrote.before;
  return { kind: 'change', wrote: { before, seen: now, after: wanted, confirmed: false } };
}

function isUnchosen(now: Json, untouched: readonly string[]): boolean {
  return now === null || now === '' || untouched.some((name) => isSame(now, name));
}

/** What stood there when we meant to write is still as good as ours, as long as it is unknown whether ours arrived. */
function isAsWritten(now: Json, { after, seen, confirmed }: WrittenValue): boolean {
  return isSame(now, after) || (!confirmed && isSame(now, seen));
}

/** Vendors give back numbers as text and text as numbers. */
function isSame(one: Json, other: Json): boolean {
  return JSON.stringify(one) === JSON.stringify(other) || (isPlain(one) && isPlain(other) && `${one}` === `${other}`);
}

function isPlain(value: Json): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

/** Tells whether nothing is written that could be taken back. */
export function holdsNothing({ team, priority, fields, tags }: Written): boolean {
  return team === null && priority === null && Object.keys(fields).length + Object.keys(tags).length === 0;
}

/** The same record of what we wrote, now that the helpdesk has taken all of it. */
export function confirm(written: Written): Written {
  const sure = (value: WrittenValue | null) => (value === null ? null : { ...value, confirmed: true });
  return {
    team: sure(written.team),
    priority: sure(written.priority),
    fields: Object.fromEntries(
      Object.entries(written.fields).map(([name, value]) => [name, { ...value, confirmed: true }]),
    ),
    tags: Object.fromEntries(
      Object.entries(written.tags)
        .filter(([, state]) => state !== 'removing')
        .map(([tag]) => [tag, 'added'] as const),
    ),
  };
}

/** The changes that take back what we wrote, where it still stands: values as they were before us, our tags gone. */
export function planUndo(written: Written, current: Current): Changes {
  const changes: Changes = { fields: {}, addTags: [], removeTags: [] };
  if (stands(written.team, current.team)) changes.team = textOf(written.team.before);
  if (stands(written.priority, current.priority)) changes.priority = textOf(written.priority.before);
  for (const [name, value] of Object.entries(written.fields)) {
    if (stands(value, ownValue(current.fields, name) ?? null)) changes.fields[name] = value.before;
  }
  changes.removeTags = Object.keys(written.tags).filter((tag) => current.tags.includes(tag));
  return changes;
}

function stands(wrote: WrittenValue | null, now: Json): wrote is WrittenValue {
  return wrote !== null && isSame(now, wrote.after);
}

function textOf(value: Json): string | null {
  return isPlain(value) ? String(value) : null;
}

function structuredCopy(written: Written): Written {
  return { ...written, fields: { ...written.fields }, tags: { ...written.tags } };
}

/** The value that a record holds itself: a name that every object inherits, such as `constructor`, is none. */
export function ownValue<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** All tags after a change, for vendors that only replace the whole list: everybody else's stay, in their order. */
export function mergedTags(current: Current, { addTags, removeTags }: Changes): string[] {
  const left = current.tags.filter((tag) => !removeTags.includes(tag));
  return [...left, ...addTags.filter((tag) => !left.includes(tag))];
}

/** All custom fields after a change, for vendors that erase those which are left out. */
export function mergedFields(current: Current, { fields }: Changes): Record<string, Json> {
  return { ...current.fields, ...fields };
}
