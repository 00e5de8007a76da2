import { readFileSync } from 'node:fs';
import { findCategory, Taxonomy } from '@usher/core/taxonomy';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const shipped = Taxonomy.parse(parse(readFileSync(new URL('../../taxonomy.yaml', import.meta.url), 'utf8')));
const examples = shipped.categories.flatMap((category) =>
  category.examples.map((example) => ({ ...example, category: category.key })),
);

describe('the taxonomy that ships', () => {
  it('sorts into seven categories with their team, priority and hours', () => {
    const rows = shipped.categories.map(({ key, team, priority, sla_hours }) => [key, team, priority, sla_hours]);
    expect(rows).toEqual([
      ['billing', 'finance', 'medium', 24],
      ['technical', 'engineering', 'high', 4],
      ['shipping', 'logistics', 'medium', 12],
      ['returns', 'support', 'medium', 24],
      ['account_access', 'security', 'high', 2],
      ['feature_request', 'product', 'low', 72],
      ['general', 'support', 'low', 48],
    ]);
  });

  it('falls back to general', () => {
    expect(shipped.fallback).toBe('general');
  });

  it('splits billing into disputed charges, refunds and invoices', () => {
    const keys = findCategory(shipped, 'billing')?.subcategories.map((subcategory) => subcategory.key);
    expect(keys).toEqual(['charge_dispute', 'refund_request', 'invoice_question']);
  });

  it.each(shipped.categories)('gives $key keywords, subcategories and at least 40 examples', (category) => {
    expect(category.examples.length).toBeGreaterThanOrEqual(40);
    expect(category.keywords.length).toBeGreaterThanOrEqual(10);
    expect(category.subcategories.length).toBeGreaterThanOrEqual(2);
  });

  it('shows every subcategory in at least five examples', () => {
    const rare = shipped.categories.flatMap((category) =>
      category.subcategories
        .filter(({ key }) => category.examples.filter((example) => example.subcategory === key).length < 5)
        .map(({ key }) => `${category.key}/${key}`),
    );
    expect(rare).toEqual([]);
  });

  it('never shows the same text twice, whatever its case, spacing and punctuation', () => {
    const words = examples.map(({ subject, body }) => plain(`${subject} ${body}`) || body);
    expect(repeated(words)).toEqual([]);
    expect(repeated(examples.map(({ body }) => plain(body) || body))).toEqual([]);
  });

  it('holds texts of two words as well as letters of several paragraphs', () => {
    const lengths = examples.map(({ body }) => body.split(/\s+/u).length);
    expect(Math.min(...lengths)).toBeLessThanOrEqual(2);
    expect(examples.filter(({ body }) => body.split('\n\n').length >= 3).length).toBeGreaterThanOrEqual(7);
  });
});

describe('a taxonomy that does not fit is refused and the place is named', () => {
  const billing = {
    key: 'billing',
    title: 'Billing',
    description: 'Money.',
    team: 'finance',
    priority: 'medium',
    sla_hours: 24,
    subcategories: [{ key: 'refund_request', title: 'Refund', description: 'Money back.' }],
    examples: [{ body: 'give it back', subcategory: 'refund_request' }],
  };
  const general = { ...billing, key: 'general', subcategories: [], examples: [] };
  const [refund] = billing.subcategories;

  it('accepts the small taxonomy that the cases below spoil', () => {
    expect(complaints({ fallback: 'general', categories: [billing, general] })).toEqual([]);
  });

  it('when two categories share a key', () => {
    expect(complaints({ fallback: 'general', categories: [billing, general, { ...billing, title: 'Again' }] })).toEqual(
      ['categories.2.key: the key "billing" is already used by category 1'],
    );
  });

  it('when two subcategories of a category share a key', () => {
    const spoilt = { ...billing, subcategories: [refund, refund] };
    expect(complaints({ fallback: 'general', categories: [general, spoilt] })).toEqual([
      'categories.1.subcategories.1.key: the key "refund_request" is used twice in billing',
    ]);
  });

  it('when the fallback is missing', () => {
    expect(complaints({ categories: [billing, general] })).toEqual([expect.stringMatching(/^fallback: /u)]);
  });

  it('when the fallback is no category', () => {
    expect(complaints({ fallback: 'other', categories: [billing, general] })).toEqual([
      'fallback: "other" is not one of the categories: billing, general',
    ]);
  });

  it('when an example names an unknown subcategory', () => {
    const spoilt = { ...billing, examples: [...billing.examples, { body: 'hm', subcategory: 'refunds' }] };
    expect(complaints({ fallback: 'general', categories: [spoilt, general] })).toEqual([
      'categories.0.examples.1.subcategory: "refunds" is not a subcategory of billing: refund_request',
    ]);
  });

  it('when a subcategory takes the reserved key "none"', () => {
    const spoilt = { ...general, subcategories: [{ ...refund, key: 'none' }] };
    expect(complaints({ fallback: 'general', categories: [spoilt] })).toEqual([
      'categories.0.subcategories.0.key: "none" is reserved for "no subcategory"',
    ]);
  });

  it.each([
    ['the taxonomy', { fallback: 'general', categories: [general], version: 2 }, '', 'version'],
    ['a category', { fallback: 'general', categories: [{ ...general, slaHours: 4 }] }, 'categories.0', 'slaHours'],
    [
      'a subcategory',
      { fallback: 'billing', categories: [{ ...billing, subcategories: [{ ...refund, team: 'x' }] }] },
      'categories.0.subcategories.0',
      'team',
    ],
    [
      'an example',
      { fallback: 'general', categories: [{ ...general, examples: [{ body: 'hm', label: 'x' }] }] },
      'categories.0.examples.0',
      'label',
    ],
  ])('when %s has an unknown field', (_where, taxonomy, path, field) => {
    expect(complaints(taxonomy)).toEqual([`${path}: Unrecognized key: "${field}"`]);
  });
});

/** What the schema has to say against a taxonomy, each with the path of the place. */
function complaints(taxonomy: unknown): string[] {
  const issues: z.core.$ZodIssue[] = Taxonomy.safeParse(taxonomy).error?.issues ?? [];
  return issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

function plain(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ');
}

function repeated(texts: string[]): string[] {
  return texts.filter((text, index) => texts.indexOf(text) !== index);
}
