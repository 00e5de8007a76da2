import type { Example } from '@usher/core/engine';
import { MAX_EXAMPLE_BODY } from '@usher/core/prompt';
import { chooseLabels } from '@usher/core/retrieval/choose-labels';
import { indexTexts } from '@usher/core/retrieval/text-index';
import { type Category, findCategory, type Taxonomy } from '@usher/core/taxonomy';
import type { TicketText } from '@usher/core/ticket';
import { type LocalModel, predict } from './local/model.ts';
import { lookupWords, readWords, textKey } from './local/words.ts';

/** Starter examples that are taken of each category; with 200 categories these are as many as the stored ones. */
const STARTERS_A_CATEGORY = 100;

/** So many starter examples may lie between the nearest tickets. */
const STARTERS_BETWEEN = 50;

/** Characters by which a body is looked up: tickets say early what they are about, and this bounds the memory. */
const MAX_LOOKED_UP = 2_000;

export interface LookUp {
  /** The local model in force, whose likeliest labels lead; null while there is none. */
  model: LocalModel | null;
  /** The ticket's own example is never shown to it. */
  ticketId: number | null;
}

/** The labelled texts that a prompt can show. */
export interface ExampleShelf {
  /** Takes in a text as engines read it, newer than all before. It replaces what the same ticket taught before. */
  put(example: Example, ticketId: number | null): void;
  /** The most similar texts for a prompt: five at most, and at most one of each category. */
  similarTo(ticket: TicketText, lookUp: LookUp): Example[];
  /** The tickets most like this one that taught something, itself left out, best first. */
  nearestTickets(ticket: TicketText, options: { ticketId: number; most: number }): NearTicket[];
}

/** A ticket that taught something, and how much of another one it holds, 0 to 1. */
export interface NearTicket {
  ticketId: number;
  likeness: number;
}

interface Kept {
  example: Example;
  ticketId: number | null;
}

/** A shelf with the taxonomy's starter examples, which keeps the newest of the others; labels outside the taxonomy are left out. */
export function createExampleShelf(taxonomy: Taxonomy, { most }: { most: number }): ExampleShelf {
  const index = indexTexts();
  const kept = new Map<number, Kept>();
  const ofTicket = new Map<number, number>();
  /** Places of the examples that are not starters, oldest first. */
  const taught = new Set<number>();

  const add = (example: Example, ticketId: number | null): number => {
    const lookedUp = { subject: example.subject, body: example.body.slice(0, MAX_LOOKED_UP) };
    const place = index.add({ words: lookupWords(lookedUp), label: example.category });
    kept.set(place, { example: shown(example), ticketId });
    return place;
  };
  const drop = (place: number | undefined): void => {
    if (place === undefined) return;
    const ticketId = kept.get(place)?.ticketId;
    if (typeof ticketId === 'number') ofTicket.delete(ticketId);
    kept.delete(place);
    taught.delete(place);
    index.remove(place);
  };

  for (const starter of taxonomy.categories.flatMap(startersOf)) add(starter, null);
  return {
    put(example, ticketId) {
      if (ticketId !== null) drop(ofTicket.get(ticketId));
      const category = findCategory(taxonomy, example.category);
      if (category === undefined || most < 1) return;
      const place = add({ ...example, category: category.key }, ticketId);
      taught.add(place);
      if (ticketId !== null) ofTicket.set(ticketId, place);
      if (taught.size > most) drop(taught.values().next().value);
    },
    similarTo(ticket, { model, ticketId }) {
      const own = ticketId === null ? undefined : ofTicket.get(ticketId);
      const matches = index.bestOfLabels(lookupWords(ticket), own);
      const places = new Map(matches.map(({ label, place }) => [label, place]));
      const byModel = rankedLabels(model, ticket).filter((label) => places.has(label));
      const chosen = chooseLabels(byModel, [...places.keys()]).flatMap((label) => places.get(label) ?? []);
      const examples = chosen.flatMap((place) => kept.get(place)?.example ?? []);
      const newestFirst = [...chosen].sort((a, b) => b - a).flatMap((place) => kept.get(place)?.example ?? []);
      return examples.filter((example) => newestFirst.find((other) => isSameText(other, example)) === example);
    },
    nearestTickets(ticket, { ticketId, most: wanted }) {
      // Starters have no ticket, and may be the nearest.
      const near = index.nearest(lookupWords(ticket), {
        most: wanted + STARTERS_BETWEEN,
        except: ofTicket.get(ticketId),
      });
      return near
        .flatMap(({ place, likeness }) => {
          const found = kept.get(place)?.ticketId ?? null;
          return found === null ? [] : [{ ticketId: found, likeness }];
        })
        .slice(0, wanted);
    },
  };
}

function startersOf({ key, examples }: Category): Example[] {
  return examples.slice(0, STARTERS_A_CATEGORY).map(({ subject, body, subcategory = null }) => {
    return { subject, body, category: key, subcategory, weight: 1 };
  });
}

/** A copy of no more than a prompt shows, so that the long text it was cut from can be forgotten. */
function shown(example: Example): Example {
  return structuredClone({ ...example, body: example.body.slice(0, MAX_EXAMPLE_BODY) });
}

function rankedLabels(model: LocalModel | null, ticket: TicketText): string[] {
  const prediction = model === null ? null : predict(model, ticket);
  return prediction?.ranked.map(({ category }) => category) ?? [];
}

/** Whether a person would call two texts the same: the newer one's label then counts, as in a starter that was corrected. */
function isSameText(one: TicketText, other: TicketText): boolean {
  return textKey(readWords(one)) === textKey(readWords(other));
}
