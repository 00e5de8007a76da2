import { modelNotices, type ModelNoticesOptions } from '@usher/engines/claude/model-notices';
import type { Report } from './events.ts';

/**
 * Warns of models that Claude's service is about to drop, has dropped or does not know. Never throws: whether tickets get
 * their answers shows when they ask.
 */
export async function checkModels(options: ModelNoticesOptions, report: Report): Promise<void> {
  try {
    const notices = await modelNotices(options);
    for (const { kind, ...notice } of notices) report({ kind: 'model_notice', notice: kind, ...notice });
  } catch (error) {
    report({ kind: 'models_unchecked', error });
  }
}
