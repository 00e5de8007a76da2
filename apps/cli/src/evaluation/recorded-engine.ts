import type { Engine, EngineAnswer } from '@usher/core/engine';
import { findCategory } from '@usher/core/taxonomy';
import type { TicketText } from '@usher/core/ticket';
import type { Labels } from './labels.ts';
import type { RecordedAnswer } from './lines.ts';

/**
 * Answers in Claude's place with what was recorded, found by the very ticket it is asked about. A ticket without a record is
 * `unavailable`, one with a label that the training file doesn't have `unusable`.
 */
export function createRecordedEngine(records: ReadonlyMap<TicketText, RecordedAnswer>, { keyOf }: Labels): Engine {
  return {
    name: 'claude',
    async suggest({ ticket, taxonomy }): Promise<EngineAnswer> {
      const record = records.get(ticket);
      if (record === undefined) return { kind: 'nothing', reason: 'unavailable', calls: [] };
      const category = record.category === null ? undefined : findCategory(taxonomy, keyOf(record.category));
      if (category === undefined) return { kind: 'nothing', reason: 'unusable', calls: [] };
      const suggestion = {
        category: category.key,
        subcategory: null,
        confidence: record.confidence ?? 0,
        calibrated: false,
        alternatives: [],
        rationale: '',
      };
      return { kind: 'suggested', suggestion, standIn: null, calls: [] };
    },
  };
}
