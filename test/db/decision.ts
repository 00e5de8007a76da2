import type { Decision } from '@usher/core/decide';
import type { EngineCall } from '@usher/core/engine';
import { Taxonomy } from '@usher/core/taxonomy';
import type { Db } from '@usher/db/connect';
import { ensureRelease } from '@usher/db/releases';
import { currentTaxonomyVersion, publishTaxonomy } from '@usher/db/taxonomies';

/** Two categories, enough to decide and to correct. */
export const TAXONOMY = Taxonomy.parse({
  fallback: 'general',
  categories: [
    {
      key: 'billing',
      title: 'Billing',
      description: 'Charges and invoices.',
      team: 'finance',
      priority: 'medium',
      sla_hours: 24,
      subcategories: [{ key: 'charge_dispute', title: 'Charge dispute', description: 'A charge is wrong.' }],
    },
    { key: 'general', title: 'General', description: 'The rest.', team: 'support', priority: 'low', sla_hours: 48 },
  ],
});

/** A number of a release on a published taxonomy. */
export async function makeRelease(db: Db): Promise<number> {
  const published = await currentTaxonomyVersion(db);
  const taxonomyVersion = published === 0 ? await publishTaxonomy(db, TAXONOMY, { actor: 'test' }) : published;
  return ensureRelease(db, {
    taxonomyVersion,
    promptVersion: 'test',
    engine: 'local',
    model: 'claude-haiku-5-5',
    hardModel: 'claude-sonnet-5-5',
    localModel: null,
    calibrator: null,
    thresholds: { all: 0.7, byCategory: {} },
  });
}

/** A confident decision for billing. */
export function routeToFinance(changed: Partial<Decision> = {}): Decision {
  return {
    action: 'route',
    reason: 'confident',
    category: 'billing',
    subcategory: 'charge_dispute',
    team: 'finance',
    priority: 'medium',
    slaHours: 24,
    confidence: 0.93,
    isCalibrated: false,
    note: null,
    ...changed,
  };
}

/** One priced answer of an engine. */
export function answer(changed: Partial<EngineCall> = {}): EngineCall {
  return {
    engine: 'claude',
    model: 'claude-haiku-5-5',
    outcome: 'suggested',
    suggestion: {
      category: 'billing',
      subcategory: 'charge_dispute',
      confidence: 0.93,
      calibrated: false,
      alternatives: [],
      rationale: 'Two charges.',
    },
    usage: {
      inputTokens: 96,
      cacheReadTokens: 2_140,
      cacheWrite5mTokens: 0,
      cacheWrite1hTokens: 0,
      outputTokens: 34,
      serviceTier: 'standard',
    },
    costMicroUsd: 48,
    durationMs: 412.6,
    requestId: 'req_1',
    ...changed,
  };
}
